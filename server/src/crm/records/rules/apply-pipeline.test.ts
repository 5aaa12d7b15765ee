import { expect, test } from 'vitest';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { applyPipeline } from './apply-pipeline.ts';
import { applyValues } from './apply-values.ts';
import { spaceWith, storedRecord, writing } from './testing/writings.ts';

const pipeline = (value: string, stages: readonly string[], over: Partial<Pipeline> = {}): Pipeline => ({
  id: value,
  value,
  name: `${value} (Standard)`,
  isDefault: false,
  stages,
  ending: false,
  ...over,
});
const space = spaceWith({
  pipelines: [
    pipeline('Main', ['Qualification', 'Closed Won'], { isDefault: true }),
    pipeline('Partner', ['Referred', 'Closed Won']),
    pipeline('Old', ['Referred'], { ending: true }),
  ],
});

function applied(values: Readonly<Record<string, string>>, before?: Readonly<Record<string, string>>) {
  const change = writing('Deals', {
    space,
    values: new Map(Object.entries(values)),
    ...(before ? { before: storedRecord(before) } : {}),
  });
  applyValues(change);
  return applyPipeline(change) ?? change.data.Pipeline;
}

test.each([
  ['Closed Won', 'Main'],
  ['Referred', 'Partner'],
  ['Unknown', undefined],
])('a deal in the stage %s goes into the pipeline %s', (Stage, expected) => {
  expect(applied({ Stage })).toBe(expected);
});

test('a pipeline may be called by its name, and must have the stage', () => {
  expect(applied({ Pipeline: 'partner', Stage: 'Referred' })).toBe('Partner');
  expect(applied({ Pipeline: 'Main', Stage: 'Referred' })).toMatchObject({
    code: 'MAPPING_MISMATCH',
    apiName: 'Stage',
  });
});

test('a pipeline that is unknown, or on its way out, is not chosen', () => {
  const refused = { code: 'INVALID_DATA', apiName: 'Pipeline', details: { supported_values: ['Main', 'Partner'] } };
  expect(applied({ Pipeline: 'Nowhere' })).toMatchObject(refused);
  expect(applied({ Pipeline: 'Old' })).toMatchObject(refused);
  expect(applied({ Stage: 'Referred' }, { Pipeline: 'Old', Stage: 'Closed Won' })).toBe('Old');
});
