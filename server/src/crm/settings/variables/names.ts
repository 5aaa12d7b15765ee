import { isUniqueViolation } from '../../../database/database.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';

/** API names of variables and of their groups. */

export function checkName(apiName: string, at: string): ErrorBody | undefined {
  if (/^[A-Za-z]\w*$/.test(apiName)) return undefined;
  return errorBody('INVALID_DATA', { api_name: 'api_name', json_path: `${at}.api_name`, regex: '^[A-Za-z]\\w*$' });
}

/** Names are unique whatever their case; the database decides between two of the same moment. */
export async function written(at: string, write: () => Promise<ItemAnswer>): Promise<ItemAnswer> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return duplicateName(at);
  }
}

export function duplicateName(at: string): ErrorBody {
  return errorBody('DUPLICATE_DATA', { api_name: 'api_name', json_path: `${at}.api_name` });
}

/** The API name of what has only a name: `Sales targets` becomes `Sales_targets`. */
export function apiNameOf(name: string): string {
  return name.trim().replace(/\W+/g, '_').slice(0, 100);
}
