import { heavyRead } from '../../kernel/cost.ts';
import { withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, exactly, flag, input, integer, listOf, noted, shape, text } from '../../kernel/schema.ts';
import { fieldSchema } from '../../settings/fields/field-schema.ts';
import { fixed } from '../../wire/scopes.ts';
import { runCoql } from './coql.ts';

/** The query language. */
export const coqlOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: 'coql',
    scopes: fixed('ZohoCRM.coql.READ'),
    cost: heavyRead,
    keyless: true,
    fromReplica: true,
    handle: runCoql,
    about: {
      summary: 'Run a COQL query',
      text:
        'The token needs read access to every module of the query too, and ZohoCRM.settings.fields.READ for the ' +
        'fields. At most 200 rows a call, since v8 2,000.',
      body: input(
        {
          select_query: {
            ...text,
            examples: ["select Last_Name, Email from Leads where Company = 'Zylker' order by id desc limit 10"],
          },
        },
        { include_meta: noted(listOf(exactly('fields')), 'What is told beside the rows.') },
      ),
      answers: {
        200: {
          json: withList(
            'data',
            noted(anyObject, 'A row: what was selected, by its name or alias.'),
            { info: shape({ count: integer, more_records: flag }) },
            { fields: { type: 'object', additionalProperties: fieldSchema } },
          ),
        },
        204: { description: 'No row.' },
      },
      errors: ['SYNTAX_ERROR', 'INVALID_QUERY', 'INVALID_ALIAS', 'DUPLICATE_ALIAS', 'DUPLICATE_DATA'],
    },
  },
];
