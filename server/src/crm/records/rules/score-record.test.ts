import { expect, test } from 'vitest';
import type { ScoringRule } from '../../kernel/space/scoring-rule.ts';
import { scoresKey } from '../scores.ts';
import { scoreRecord } from './score-record.ts';
import { spaceWith, storedRecord, withSetting, writing } from './testing/writings.ts';

const { number } = writing('Leads').module;
const rule = '1000001000000000042';
const when = (name: string, value: string) => ({ field: { api_name: name }, comparator: 'equal', value });
const fieldRules = [
  { id: '1', score: 10, criteria: when('City', 'Rome') },
  { id: '2', score: 5, criteria: when('Company', 'Engines') },
  { id: '3', score: -7, criteria: when('Company', 'Engines') },
  { id: '4', score: 9, criteria: when('Gone', 'x') },
];
const own = '1000001000000000043';
const scored = (data: Record<string, string>, over: Partial<ScoringRule> = {}) => {
  const definition = { module: number, name: 'R', description: null, layout: null, active: true, fieldRules, ...over };
  const layout = { name: 'Own', active: true, profiles: null, sections: null, unused: [], keys: ['own'] };
  const rules = withSetting('scoring_rule', 0, definition).lists;
  const [item] = withSetting('layout', number, layout).lists.layout ?? [];
  const space = spaceWith({ lists: { ...rules, layout: item ? [{ ...item, id: own }] : [] } });
  const made = writing('Leads', { space, before: storedRecord({ ...data, [scoresKey]: 'old' }) });
  scoreRecord(made);
  return made.data[scoresKey];
};

test('what fits adds or takes away; a field that is gone fits nothing', () => {
  expect(scored({ City: 'Rome', Company: 'Engines' })).toEqual({ [rule]: [15, -7] });
  expect(scored({ City: 'Oslo' })).toEqual({ [rule]: [0, 0] });
});

test('rules that sleep, of other modules and of other layouts leave no score', () => {
  for (const over of [{ active: false }, { module: number + 1 }, { layout: own }]) {
    expect(scored({ City: 'Rome' }, over)).toBeUndefined();
  }
  expect(scored({ City: 'Rome', Layout: 'own' }, { layout: own })).toEqual({ [rule]: [10, 0] });
});
