import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addBlueprint, addLayout, addMailTemplate } from '../../server/src/admin/organization-settings.ts';
import { ManualClock } from '../../server/src/foundation/clock.ts';
import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { startTestPlatform, testPassword } from '../../server/src/testing/test-platform.ts';
import { initialize, type Place, SdkFolder } from './sdk-session.ts';

const redirectUri = 'https://app.example.com/callback';

/** A live platform of two data centres, and a server-based client of `us` whose user lives in `in`. */
export async function openSdkStage({ lab = false } = {}) {
  // The SDK reckons with the machine's time; the platform starts at it.
  const platform = await startTestPlatform({ dataCenters: ['us', 'in'], clock: new ManualClock(Date.now()), lab });
  const folders = mkdtempSync(join(tmpdir(), 'grantway-sdk-'));
  const place = (dataCenter: string) => platform.topology.find(dataCenter)?.origins as Place;
  const email = 'ines@in.example';
  await platform.addUser('us', 'anna@us.example');
  const { organizationId } = await platform.addUser('in', email);
  const client = await platform.addClient({ type: 'server', owner: 'anna@us.example', enabledDataCenters: ['in'] });
  const credentials = { clientId: client.client_id, clientSecret: client.secrets.in as string, redirectUri };

  /** A code of the user in `in`, who begins at `us`. */
  const newCode = async (scope: string): Promise<string> => {
    const query = new URLSearchParams({
      ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, scope },
      ...{ access_type: 'offline', prompt: 'consent' },
    });
    const url = `${place('us').accounts}/oauth/v2/auth?${query}`;
    const back = new URL(await authorize(new HttpBrowser(platform.basePort), url, { email, password: testPassword }));
    if (back.searchParams.get('location') !== 'in') throw new Error(`no code of "in": ${back.href}`);
    return back.searchParams.get('code') ?? '';
  };

  return {
    email,
    /** What the operator does: the API has no call for it. */
    defineBlueprint: (definition: object) =>
      addBlueprint(platform.admin, { dataCenter: 'in', organizationId, environment: 'production' }, definition),
    defineLayout: async (definition: object): Promise<string> => {
      const target = { dataCenter: 'in', organizationId, environment: 'production' };
      return (await addLayout(platform.admin, target, definition)).id;
    },
    defineTemplate: async (definition: object): Promise<string> => {
      const target = { dataCenter: 'in', organizationId, environment: 'production' };
      return (await addMailTemplate(platform.admin, target, definition)).id;
    },
    platform,
    place,
    clock: platform.clock,
    credentials,
    newCode,
    newFolder: (name: string) => new SdkFolder(join(folders, name)),
    /** The SDK, connected by a new code with these scopes. */
    connected: async (name: string, scope: string): Promise<SdkFolder> => {
      const folder = new SdkFolder(join(folders, name));
      await initialize(place('in'), folder, { ...credentials, code: await newCode(scope) });
      return folder;
    },
    close: async () => {
      await platform.stop();
      rmSync(folders, { recursive: true, force: true });
    },
  };
}

export type SdkStage = Awaited<ReturnType<typeof openSdkStage>>;
