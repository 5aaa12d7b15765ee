/** Entry of the script-tag build: defines the globals of the original SDK. */
import { createZcrm, type PageGlobals, type Zcrm } from './zcrm.ts';

interface Globals extends PageGlobals {
  ZCRM?: Zcrm;
  HTTP_METHODS?: Readonly<Record<string, string>>;
}

const page = window as Window & Globals;

// Pages assign `headers` and may have done so before this script runs.
page.headers ??= {};
page.version ??= 2;
page.HTTP_METHODS = { GET: 'GET', POST: 'POST', PUT: 'PUT', DELETE: 'DELETE' };
page.ZCRM = createZcrm(page);
