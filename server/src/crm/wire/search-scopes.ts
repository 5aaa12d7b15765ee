import type { Operation } from '../kernel/operation.ts';
import { module } from './scopes.ts';

/** What a search needs beside access to the module; a setting can drop it. */
export const searchScope = 'ZohoSearch.securesearch.READ';
const users = [['ZohoCRM.users.READ'], [searchScope]];
const ofModule = module('READ');

/** Search needs a scope of its own beside access to the module (crm-api 4); users are searched like a module. */
export const searchScopes: Operation['scopes'] = (path) =>
  path[0]?.toLowerCase() === 'users' ? users : [...ofModule(path), [searchScope]];
