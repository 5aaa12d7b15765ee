import { DataCenters, NativeClient } from '@grantway/native';
import { expo } from '@grantway/native/expo';
import * as Crypto from 'expo-crypto';
import * as SecureStore from 'expo-secure-store';
import * as WebBrowser from 'expo-web-browser';
import type { PhoneApp } from './phone-app.ts';

/**
 * Your own values: `npx grantway demo` tells the client's id. A phone reaches this machine by its address in the network,
 * so start the platform with origins that have it (docs/operating.md), or take `zohoDataCenters`.
 */
const clientId = '1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX';
const dataCenters = DataCenters.of({
  us: { accounts: 'http://localhost:8000', api: 'http://localhost:8001' },
  in: { accounts: 'http://localhost:8020', api: 'http://localhost:8021' },
  cn: { accounts: 'http://localhost:8040', api: 'http://localhost:8041' },
});
/** Where sign-ins begin: the client's data centre, and the first one of each island. */
const starts = [
  { id: 'us', name: 'Global' },
  { id: 'cn', name: 'China' },
];

/** What the app needs of a phone; `setup.web.ts` is the same of a page. */
export async function setUp(): Promise<PhoneApp> {
  const client = new NativeClient({
    ...expo({ WebBrowser, SecureStore, Crypto }),
    clientId,
    redirectUri: 'example.demo.grantway:/callback',
    scopes: ['ZohoCRM.modules.leads.ALL'],
    dataCenters,
    dataCenter: 'us',
  });
  return { client, starts, session: await client.restore() };
}
