import type { Operation } from '../http/router.ts';
import { module } from '../operation-scopes.ts';

const searching = ['ZohoSearch.securesearch.READ'];
const users = [['ZohoCRM.users.READ'], searching];
const ofModule = module('READ');

/** Search needs a scope of its own beside access to the module (crm-api 4); users are searched like a module. */
export const searchScopes: Operation['scopes'] = (path) =>
  path[0]?.toLowerCase() === 'users' ? users : [...ofModule(path), searching];
