import { DataCenters, NativeClient } from '@grantway/native';
import { web } from '@grantway/native/web';
import { forwardingFetch } from './forwarding-fetch.ts';
import type { PhoneApp, Start } from './phone-app.ts';

/** What `/config.json` holds. */
interface WebConfig {
  readonly clientId: string | null;
  readonly dataCenters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly starts: readonly Start[];
}

/** The same as `setup.ts`, for the web build: the page itself goes to the accounts server and comes back. */
export async function setUp(): Promise<PhoneApp> {
  const { clientId, dataCenters, starts }: WebConfig = await (await fetch('/config.json')).json();
  if (clientId === null) throw new Error('This app has no client: the demo\u2019s mobile client was deleted.');
  const { takeRedirect, ...hooks } = web(window);
  const client = new NativeClient({
    ...hooks,
    clientId,
    redirectUri: `${window.location.origin}/callback`,
    scopes: ['ZohoCRM.modules.leads.ALL'],
    dataCenters: DataCenters.of(dataCenters),
    dataCenter: starts[0]?.id,
    // Accounts servers and APIs open no cross-origin access for mobile clients.
    fetch: forwardingFetch(dataCenters),
  });
  try {
    return { client, starts, session: (await client.resume(takeRedirect())) ?? (await client.restore()) };
  } catch (failure) {
    return { client, starts, session: undefined, failure };
  }
}
