import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStage, type Stage } from '../contracts/stage.ts';
import { typeDepartures } from './departures.ts';
import { furnish, metadataAnswers } from './metadata-answers.ts';
import { DeclaredTypes, versionsWithTypes } from './sdk-types.ts';

/**
 * Every answer of metadata, held against the types that the vendor's library of that version declares for it: a value
 * of another type breaks whoever parses the answer by them.
 */
let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await furnish(stage);
});
afterAll(() => stage.close());

const used = new Set<unknown>();

describe('foreign client declared types: metadata is as the library of its version says', () => {
  test.each(versionsWithTypes)('%s', async (version) => {
    const types = new DeclaredTypes(version);
    const differences = new Map<string, object>();
    const compared = new Map<string, number>();
    for (const { area, path, json } of await metadataAnswers(stage, version)) {
      const name = area === 'from_addresses' && version === 'v2.1' ? 'send_mail' : area;
      if (!types.has(`${name}/response_wrapper`)) continue;
      compared.set(name, (compared.get(name) ?? 0) + types.shared(json, `${name}/response_wrapper`).length);
      for (const difference of types.differences(json, `${name}/response_wrapper`)) {
        const at = `${name} ${difference.at}`;
        const departure = typeDepartures.find((each) => each.versions.includes(version) && each.at === at);
        if (departure) used.add(departure);
        else if (!differences.has(at)) differences.set(at, { ...difference, at, path });
      }
    }
    expect([...differences.values()]).toEqual([]);
    // Nothing agrees by not being looked at.
    const always = ['modules', 'fields', 'layouts', 'related_lists', 'custom_views', 'org', 'users', 'profiles'];
    const later = ['shift_hours', 'users_unavailability', 'email_templates', 'inventory_templates'];
    for (const area of [...always, ...later.filter((each) => types.has(`${each}/response_wrapper`))]) {
      expect([area, compared.get(area)]).toEqual([area, expect.any(Number)]);
    }
  });

  test('every departure is one', () => {
    expect(typeDepartures.filter((departure) => !used.has(departure))).toEqual([]);
  });
});
