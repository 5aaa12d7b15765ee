import { systemIds } from '../ids.ts';
import type { Setting } from './setting.ts';
import type { Space } from './space.ts';

/** What contacts are to a deal: the roles that an organization begins with, until it changes them. */
const first = [
  'Developer/Evaluator',
  'Decision Maker',
  'Purchasing',
  'Executive Sponsor',
  'Engineering Lead',
  'Economic Decision Maker',
  'Product Management',
];

/** The roles that an organization has not changed yet. */
export function initialContactRoles(space: Space): Setting<'contact_role'>[] {
  const { contents } = space;
  const owner = contents.users[0]?.id ?? space.id(systemIds.firstRecord);
  return first.map((name, index) => ({
    id: space.id(systemIds.contactRoles + index),
    module: 0,
    definition: { name, sequenceNumber: index + 1 },
    createdBy: owner,
    createdAtMs: contents.createdAtMs,
    modifiedBy: owner,
    modifiedAtMs: contents.createdAtMs,
  }));
}

export function contactRoles(space: Space): readonly Setting<'contact_role'>[] {
  const stored = space.list('contact_role');
  return stored.length > 0 ? stored : initialContactRoles(space);
}
