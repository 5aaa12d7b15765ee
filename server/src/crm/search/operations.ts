import type { Operation } from '../http/router.ts';
import { query, withList } from '../openapi/description.ts';
import { fieldsParameter, pageInfo, pages, searchQuery, viewParameter } from '../openapi/parameters.ts';
import { record } from '../openapi/record-schemas.ts';
import { either } from '../openapi/schema.ts';
import { userSchema } from '../settings/user-schema.ts';
import { searchRecords } from './search-records.ts';
import { searchScopes } from './search-scopes.ts';

/** Search in a module. */
export const searchOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '{module}/search',
    scopes: searchScopes,
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
];
