import { expect, test } from 'vitest';
import { errorBody } from '../../kernel/errors.ts';
import { bindSteps } from './run-steps.ts';
import { storedRecord, writing } from './testing/writings.ts';
import type { RecordStep } from './writing.ts';

function tracing() {
  const trace: string[] = [];
  const step =
    (name: string, outcome?: ReturnType<RecordStep>): RecordStep =>
    () => {
      trace.push(name);
      return outcome;
    };
  return { trace, step };
}

test('a writing takes the steps of its kind in the order of the list, until one refuses', () => {
  const { trace, step } = tracing();
  const refusal = errorBody('RECORD_LOCKED', { id: '1' });
  const chain = bindSteps(
    [],
    [
      [step('a'), ['insert', 'update']],
      [step('b'), ['update']],
      [step('c', refusal), ['insert']],
      [step('d'), ['insert']],
    ],
  );
  expect(chain.make(writing('Leads'))).toBe(refusal);
  expect(chain.make(writing('Leads', { before: storedRecord({}) }))).toBeUndefined();
  expect(trace).toEqual(['a', 'c', 'a', 'b']);
});

test('what a rule refuses gets its place in the request, and so does what it names beside', () => {
  const { step } = tracing();
  const problem = {
    code: 'MAPPING_MISMATCH',
    apiName: 'Stage',
    details: { mapped_field: { api_name: 'Pipeline', json_path: 'Pipeline' } },
  } as const;
  const chain = bindSteps([], [[step('a', problem), ['insert']]]);
  expect(chain.make(writing('Deals'))?.details).toEqual({
    api_name: 'Stage',
    json_path: '$.data[0].Stage',
    mapped_field: { api_name: 'Pipeline', json_path: '$.data[0].Pipeline' },
  });
});
