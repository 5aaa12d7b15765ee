import { expect, test } from 'vitest';
import { checkDependencies } from './check-dependencies.ts';
import { spaceWith, storedRecord, withSetting, writing } from './testing/writings.ts';

const { number } = writing('Leads').module;
const made = (data: Record<string, string>, given: readonly string[], active = true) => {
  const body = { parent: 'Lead_Source', child: 'Rating', active, maps: { Partner: ['Active'] } };
  const space = spaceWith(withSetting('map_dependency', number, body));
  const values = new Map(given.map((name) => [name, data[name] ?? null]));
  const draft = writing('Leads', { space, before: storedRecord({}), values });
  Object.assign(draft.data, data);
  return checkDependencies(draft);
};

test('choices that do not go with each other are refused, and the field that they depend on is named', () => {
  const both = ['Lead_Source', 'Rating'];
  expect(made({ Lead_Source: 'Partner', Rating: 'Acquired' }, both)).toMatchObject({
    ...{ code: 'MAPPING_MISMATCH', apiName: 'Rating', details: { mapped_field: { api_name: 'Lead_Source' } } },
  });
  expect(made({ Lead_Source: 'constructor', Rating: 'Active' }, both)?.code).toBe('MAPPING_MISMATCH');
  expect(made({ Lead_Source: 'Partner', Rating: 'Active' }, both)).toBeUndefined();
});

test('what is empty, not named, or under no active dependency passes', () => {
  expect(made({ Rating: 'Acquired' }, ['Rating'])).toBeUndefined();
  expect(made({ Lead_Source: 'Partner', Rating: 'Acquired' }, [])).toBeUndefined();
  expect(made({ Lead_Source: 'Partner', Rating: 'Acquired' }, ['Rating'], false)).toBeUndefined();
});
