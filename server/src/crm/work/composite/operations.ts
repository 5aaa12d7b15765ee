import { heavyRead } from '../../kernel/cost.ts';
import { bodyWith } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, anything, flag, input, integer, named, noted, oneOf, shape } from '../../kernel/schema.ts';
import { fixed } from '../../wire/scopes.ts';
import { runComposite } from './composite.ts';
import { maxSubRequests, subRequestMethods } from './read-composite.ts';

const subRequest = named(
  'SubRequest',
  input(
    {
      sub_request_id: { type: ['string', 'integer'], pattern: '^[A-Za-z0-9_-]{1,50}$' },
      method: oneOf(...subRequestMethods),
      uri: { type: 'string', pattern: '^/crm/', examples: ['/crm/v8/Leads'] },
    },
    { params: anyObject, headers: anyObject, body: anything },
  ),
);
const response = shape({ status_code: integer, headers: anyObject }, { body: anything });

/** Several calls in one. */
export const compositeOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '__composite_requests',
    scopes: fixed('ZohoCRM.composite_requests.CUSTOM'),
    cost: heavyRead,
    standsAlone: true,
    since: 2.1,
    handle: runComposite,
    about: {
      summary: 'Run several calls in one',
      text:
        'Each needs its own scopes. A later one may refer to the answer of an earlier one: @{1:$.data[0].details.id} in ' +
        'uri, params and body. An item is a success when its call was run, whatever its own status.',
      body: bodyWith('__composite_requests', subRequest, maxSubRequests, {
        rollback_on_fail: noted(flag, 'One transaction: all, or nothing.'),
        parallel_execution: flag,
      }),
      writes: { key: '__composite_requests', status: 200, details: shape({ response }) },
      errors: [
        'AMBIGUITY_DURING_PROCESSING',
        'DUPLICATE_DATA',
        'INVALID_REFERENCE',
        'LOOPING_FOUND',
        'NOT_SUPPORTED',
        'PROCESSING_STOPPED',
        'REQUEST_TIMEOUT',
        'ROLLBACK_PERFORMED',
      ],
    },
  },
];
