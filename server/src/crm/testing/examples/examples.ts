import { addressOf, type Method, type Operation } from '../../kernel/operation.ts';
import { operations } from '../../operations.ts';
import { contactRoleExamples } from './contact-roles.ts';
import { groupExamples } from './groups.ts';
import { hourExamples } from './hours.ts';
import { jobExamples } from './jobs.ts';
import { mailExamples } from './mail.ts';
import { metadataExamples } from './metadata.ts';
import { moneyExamples } from './money.ts';
import { peopleExamples } from './people.ts';
import { pickListExamples } from './pick-lists.ts';
import { salesExamples } from './pipelines.ts';
import { processExamples } from './processes.ts';
import { recordExamples, relatedExamples } from './records.ts';
import { scoringExamples } from './scoring.ts';
import { sharingExamples } from './sharing.ts';
import { territoryExamples } from './territories.ts';
import type { Example, Examples } from './world.ts';

/** A good call of every operation of the table: what tests about all of them begin with. */
export const examples: Examples = {
  ...recordExamples,
  ...relatedExamples,
  ...metadataExamples,
  ...pickListExamples,
  ...peopleExamples,
  ...territoryExamples,
  ...salesExamples,
  ...contactRoleExamples,
  ...groupExamples,
  ...scoringExamples,
  ...sharingExamples,
  ...hourExamples,
  ...moneyExamples,
  ...mailExamples,
  ...jobExamples,
  ...processExamples,
};

export const nameOf = ({ method, path }: { method: Method; path: string }): string => `${method} ${path}`;

/** Every operation once. */
export const everyOperation: readonly Operation[] = [
  ...new Map(operations.map((operation) => [nameOf(operation), operation])).values(),
];

/** The URL's path of a call in the newest version. */
export function pathOf({ path }: Operation, { path: values = [] }: Example): string {
  let next = 0;
  const filled = path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(values[next++] ?? 'nothing'));
  return addressOf(filled, 'v8');
}
