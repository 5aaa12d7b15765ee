import { expect, test } from 'vitest';
import { distributionColumn, distributions } from './distribution.ts';
import { shardsFault } from './testing/shards-asked.ts';
import { sourceFiles, textsOf } from './testing/sql-texts.ts';

/**
 * Statements that ask all shards of a distributed table, by their file, with their number. None of them belongs to a
 * request with a token, which knows its data space, or to the way of a token, which knows its slot.
 */
const asksAllShards: Readonly<Record<string, { readonly texts: number; readonly why: string }>> = {
  'accounts/store/credential-slot.ts': {
    texts: 3,
    why: 'codes and tokens of a release whose credentials did not carry the slot, and forged ones',
  },
  'accounts/incremental/enhance-token.ts': { texts: 1, why: 'the same of enhance tokens' },
  'accounts/store/mailed-links.ts': { texts: 1, why: 'the same of links in mails' },
  'accounts/sessions.ts': { texts: 1, why: 'the same of sessions' },
  'console/sessions.ts': { texts: 1, why: 'the same of sessions of the console' },
  'accounts/store/credential-finder.ts': {
    texts: 1,
    why: 'the event that explains a refusal: which other data centre knows the credential',
  },
  'accounts/store/session-clients.ts': { texts: 1, why: 'the worker that tells clients of ended sessions' },
  'accounts/store/ending-rows.ts': { texts: 1, why: 'the lab: what a move of the clock ends' },
  'accounts/outside/identities.ts': { texts: 1, why: "the page of a user's security: rows are where their names are" },
  'accounts/list-users.ts': { texts: 2, why: 'pages of operators' },
  'accounts/refold-addresses.ts': { texts: 1, why: 'once, after a release that folds addresses in another way' },
  'accounts/users.ts': { texts: 2, why: 'a restore: whether there is anybody yet, and the home index, made anew' },
  'console/clients/describe-clients.ts': { texts: 1, why: 'how often applications were used today, for their owner' },
  'console/clients/user-routes.ts': { texts: 1, why: 'the users of an application, for its owner' },
  'console/start-routes.ts': { texts: 1, why: 'the first steps of a developer: whether any user gave access' },
  'crm/upkeep.ts': { texts: 3, why: 'the sweep, every ten minutes: what ended long ago goes by its time' },
  'crm/work/recycle-bin/purge.ts': {
    texts: 1,
    why: 'the sweep: whose bin has something to purge',
  },
  'crm/jobs/job-table.ts': { texts: 2, why: 'workers: which jobs are due, a few of each data space; and their number' },
  'crm/work/notifications/notifier.ts': {
    texts: 1,
    why: 'senders, now and then: in which data spaces something is due',
  },
  'crm/store/replica/mark-table.ts': {
    texts: 1,
    why: 'where there is a read replica, every ten seconds: marks of processes that ended',
  },
  'crm/content/emails/mail-attachment.ts': {
    texts: 1,
    why: 'the mailer: a mail that goes out does not know its data space',
  },
  'crm/store/space/list-organizations.ts': { texts: 1, why: 'sign-in: where a user works, before one is chosen' },
  'crm/store/space/members.ts': { texts: 1, why: 'moving users: who works with whom' },
  'crm/store/space/all-organizations.ts': { texts: 2, why: 'pages of operators' },
  'demo/load-content.ts': { texts: 1, why: 'the demo, once' },
};

/** Texts whose condition is put in, and where it names the data space. Calls show the whole ones: crm/round-trips.test.ts. */
const conditionPutIn: Readonly<Record<string, { readonly texts: number; readonly where: string }>> = {
  'accounts/store/mailed-links.ts': { texts: 2, where: '`usable` of the same file' },
  'crm/store/files/file-parts.ts': { texts: 2, where: '`usable` of the same file' },
  'crm/store/records/record-references.ts': { texts: 1, where: 'the parameter `dataSpace` of `notesOf`' },
  'crm/store/space/provisioning.ts': { texts: 2, where: '`free` of the same function' },
};

test('what asks all shards is seen', () => {
  const fault = (text: string) => shardsFault(text) !== undefined;
  expect(fault('SELECT 1 FROM crm_record WHERE data_space = $1 AND module = $2')).toBe(false);
  expect(fault('SELECT 1 FROM crm_record WHERE module = $2')).toBe(true);
  expect(fault('SELECT 1 FROM crm_record JOIN crm_watch USING (data_space) WHERE module = $1')).toBe(true);
  expect(fault('SELECT 1 FROM crm_record JOIN crm_watch USING (module) WHERE data_space = $1')).toBe(true);
  expect(fault('SELECT 1 FROM crm_user JOIN crm_data_space USING (data_space) WHERE zuid = $1')).toBe(true);
  expect(fault('UPDATE crm_job SET lease = $1 WHERE job_id = $2')).toBe(true);
  expect(fault('DELETE FROM crm_credit_use WHERE organization_id = $1 AND slot_ms = $2')).toBe(false);
  expect(fault('INSERT INTO crm_tag (module, name) VALUES ($1, $2)')).toBe(true);
  expect(fault('INSERT INTO crm_tag (data_space, name) VALUES ($1, $2)')).toBe(false);
  expect(fault('SELECT name FROM crm_organization')).toBe(false);
});

test('statements over distributed tables name their shard; what asks all of them says why', () => {
  const found: Record<string, number> = {};
  for (const file of sourceFiles()) {
    const faults = textsOf(file).filter((text) => shardsFault(text) !== undefined);
    if (faults.length > 0) found[file] = faults.length;
  }
  const listed: Record<string, number> = {};
  for (const [file, { texts }] of [...Object.entries(asksAllShards), ...Object.entries(conditionPutIn)]) {
    listed[file] = (listed[file] ?? 0) + texts;
  }
  expect(found).toEqual(listed);
});

test('the CRM takes no lock that one server alone knows, and finds no row by its place', () => {
  const local = /pg_(try_)?advisory|\bctid\b/;
  const found = sourceFiles().filter(
    (file) => file.startsWith('crm/') && textsOf(file).some((text) => local.test(text)),
  );
  // Within one data space, so within one shard.
  expect(found).toEqual(['crm/settings/customization/tidy-records.ts']);
});

const spreadTables = Object.keys(distributions).filter((table) => distributionColumn(table) !== undefined);
const overShards = sourceFiles().flatMap((file) =>
  textsOf(file)
    .filter((text) =>
      spreadTables.some((table) => new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|USING) ${table}\\b`).test(text)),
    )
    .map((text) => ({ file, text })),
);

test('notices of statements over shards are sent from the coordinator, where processes listen', () => {
  const silent = overShards.filter(({ text }) => text.includes('pg_notify(') && !text.includes('notice_origin'));
  expect(overShards.length).toBeGreaterThan(300);
  expect(silent).toEqual([]);
});

test('no statement over shards writes CASE with one value: Citus 13.2 sends such a comparison on in a form that fails', () => {
  expect(overShards.filter(({ text }) => /\bCASE\s+(?![\s?]|WHEN\b)/.test(text))).toEqual([]);
});

test('no statement over shards selects rows without columns: Citus 13.2 cannot send on what a subquery of that form found', () => {
  expect(overShards.filter(({ text }) => /\bSELECT\s+FROM\b/.test(text))).toEqual([]);
});
