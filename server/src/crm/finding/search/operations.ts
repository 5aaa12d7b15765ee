import { heavyRead } from '../../kernel/cost.ts';
import { query, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { either, integer, shape } from '../../kernel/schema.ts';
import { userSchema } from '../../settings/people/user-schema.ts';
import { fieldsParameter, pageInfo, pages, searchQuery, viewParameter } from '../../wire/openapi/parameters.ts';
import { record } from '../../wire/openapi/record-schemas.ts';
import { module } from '../../wire/scopes.ts';
import { searchScope, searchScopes } from '../../wire/search-scopes.ts';
import { countRecords } from './count-records.ts';
import { searchRecords } from './search-records.ts';

/** Search in a module, and how many records there are. */
export const searchOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '{module}/search',
    scopes: searchScopes,
    searchScope,
    cost: heavyRead,
    fromReplica: true,
    handle: searchRecords,
    about: {
      summary: 'Search records',
      text:
        'By criteria, email, phone or word; of several the first in this order counts. Newest first, the first 2,000. ' +
        'The module may be Users, whose answer is as that of GET /users.',
      query: [
        ...searchQuery,
        { ...fieldsParameter, required: false },
        ...pages,
        viewParameter,
        query('type', 'Users: as in GET /users.'),
      ],
      answers: {
        200: {
          json: either(withList('data', record, { info: pageInfo }), withList('users', userSchema, { info: pageInfo })),
        },
        204: { description: 'Nothing was found.' },
      },
      errors: ['EXPECTED_PARAM_MISSING', 'LIMIT_REACHED', 'PATTERN_NOT_MATCHED'],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/count',
    scopes: module('READ'),
    fromReplica: true,
    handle: countRecords,
    about: {
      summary: 'Count records',
      text: 'All, those of a custom view, or those that a search finds.',
      query: [...searchQuery, viewParameter],
      answers: { 200: { json: shape({ count: integer }) } },
      errors: ['AMBIGUITY_DURING_PROCESSING'],
    },
  },
];
