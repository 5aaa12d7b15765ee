import { parseSettings } from '../../../../config/load-settings.ts';
import { ChangeNotices } from '../../../../database/change-notices.ts';
import type { Database } from '../../../../database/database.ts';
import { ManualClock } from '../../../../foundation/clock.ts';
import { systemRandom } from '../../../../foundation/random.ts';
import { platformScopes } from '../../../../oauth/scopes.ts';
import { notBound } from '../../../../oauth/token-binding.ts';
import { createTestDatabase } from '../../../../testing/test-database.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { type ItemChanges, noChanges } from '../../../kernel/record/changes.ts';
import type { RecordData, StoredRecord } from '../../../kernel/record/record.ts';
import type { SpaceContents } from '../../../kernel/space/space.ts';
import { newestVersion, type Version } from '../../../kernel/versions.ts';
import { createCrmStore } from '../../../store/create-store.ts';
import { insertRecords } from '../../../store/records/write-records.ts';
import { createOrganization } from '../../../store/space/provisioning.ts';
import { type Batch, type BatchItem, type BatchOptions, newBatch } from '../batch.ts';
import type { WritingKind } from '../writing.ts';
import { nowMs, type OwnField, spaceWith, storedRecord } from './writings.ts';

/** What a batch of a test is about. */
interface BatchGiven extends BatchOptions {
  readonly fields?: readonly OwnField[];
  readonly contents?: Partial<SpaceContents>;
  readonly version?: Version;
  readonly kind?: WritingKind;
  readonly items?: readonly Partial<BatchItem>[];
}

/** A step's surroundings: a database with one data space (1000001), and batches over it. Nothing is started. */
export async function openStage() {
  const database: Database = await createTestDatabase('data-center', 'us');
  const clock = new ManualClock(nowMs);
  const store = createCrmStore({ database, notices: new ChangeNotices(database), clock, settings: parseSettings({}) });
  await database.transaction((transaction) =>
    createOrganization(transaction, {
      organizationName: 'Lovelace',
      owner: { userId: '700000001', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' },
      idPrefixes: [1_000_001, 1_000_002, 1_000_003],
      nowMs,
    }),
  );

  function callOf({ fields = [], contents = {}, version = newestVersion }: BatchGiven): CrmCall {
    const space = spaceWith(contents, fields);
    const [user] = space.contents.users;
    if (!user) throw new Error('expected a user');
    const scopes = platformScopes.setOf([]);
    const grant = { clientId: '1000.TEST', userId: '700000001', scopes, binding: notBound };
    return {
      origin: 'https://api.example.com' as CrmCall['origin'],
      store,
      version,
      grant: { ...grant, organizationId: '1', environment: 'production', javascriptDomains: [], expiresAtMs: nowMs },
      space,
      user,
      nowMs,
      path: [],
      query: new URLSearchParams(),
      headers: {},
      body: Buffer.alloc(0),
      upload: undefined,
      random: systemRandom,
    } as CrmCall;
  }

  return {
    database,
    store,
    /** A batch of one module; items stand in `data` in their order. */
    batch(moduleName: string, given: BatchGiven = {}): Batch {
      const { fields, contents, version, kind = 'insert', items = [], ...options } = given;
      const call = callOf(given);
      const placed = items.map((item, index): BatchItem => ({ index, jsonPath: `$.data[${index}]`, ...item }));
      return newBatch(call, moduleOf(call, moduleName), kind, placed, options);
    },
    /** Puts a record there. @returns it as it is stored, in version 1. */
    async stored(
      moduleName: string,
      id: string,
      data: RecordData,
      contents: Partial<SpaceContents> = {},
    ): Promise<StoredRecord> {
      const call = callOf({ contents });
      const key = { dataSpace: 1_000_001, module: moduleOf(call, moduleName).number, id };
      const { createdBy, createdAtMs } = storedRecord(data);
      const stamps = { modifiedBy: createdBy, modifiedAtMs: createdAtMs, activityAtMs: createdAtMs };
      const record = storedRecord(data, { id, version: 1, ...stamps });
      await insertRecords(database, [{ key, record, claims: [] }]);
      return record;
    },
    close: () => database.close(),
  };
}

function moduleOf({ space }: CrmCall, name: string): Module {
  const module = space.metadata.find(name);
  if (!module) throw new Error(`expected a module, got ${name}`);
  return module;
}

/** The changes of an item. */
export function changes(values: Readonly<Record<string, unknown>>, over: Partial<ItemChanges> = {}): ItemChanges {
  return { ...noChanges(), ...over, values: new Map(Object.entries(values)) as ItemChanges['values'] };
}
