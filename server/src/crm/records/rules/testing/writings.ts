import { customizedMetadata } from '../../../kernel/metadata/customized-metadata.ts';
import { type ItemChanges, noChanges } from '../../../kernel/record/changes.ts';
import type { RecordData, StoredRecord } from '../../../kernel/record/record.ts';
import type { SettingArea, SettingAreas, Settings } from '../../../kernel/space/setting.ts';
import {
  type CrmUser,
  defaultOrganizationSettings,
  defaultUserSettings,
  Space,
  type SpaceContents,
} from '../../../kernel/space/space.ts';
import { changeOf, newWriting, type Writing, type WritingKind, type WritingTask } from '../writing.ts';

export const nowMs = Date.UTC(2026, 0, 11);

const user: CrmUser = {
  id: '1000001000000000001',
  zuid: null,
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
  fullName: 'Ada Lovelace',
  role: { id: '1', name: 'CEO', reportsTo: null, shareWithPeers: false, description: null },
  profile: { id: '1', name: 'Administrator', description: null, custom: false, denied: new Set() },
  status: 'active',
  confirmed: true,
  settings: defaultUserSettings,
  timeZone: 'UTC',
  createdBy: '1000001000000000001',
  createdAtMs: 0,
  modifiedBy: '1000001000000000001',
  modifiedAtMs: 0,
};

/** A field of an organization's own, as its row says it. */
export interface OwnField {
  readonly module: string;
  readonly api_name: string;
  readonly definition: object;
}

/** The space of an organization with one user, and what of it a test is about. */
export function spaceWith(contents: Partial<SpaceContents> = {}, fields: readonly OwnField[] = []): Space {
  const { metadata: standard } = { metadata: customizedMetadata([], [], { territories: true }) };
  const rows = fields.map(({ module, api_name, definition }) => ({
    module: standard.find(module)?.number ?? 0,
    api_name,
    definition,
    created_at_ms: '0',
    modified_at_ms: '0',
  }));
  return new Space({
    dataSpace: 1_000_001,
    organizationId: '1',
    environment: 'production',
    name: 'Lovelace',
    zgid: '1',
    settings: defaultOrganizationSettings,
    createdAtMs: 0,
    users: [user],
    roles: [user.role],
    profiles: [user.profile],
    tags: [],
    territories: [],
    pipelines: [],
    assignmentRules: [],
    lists: {},
    metadata: customizedMetadata([], rows, { territories: true }),
    ...contents,
  });
}

export function storedRecord(data: RecordData, over: Partial<StoredRecord> = {}): StoredRecord {
  return {
    id: '1000001000000000007',
    version: 3,
    name: null,
    ownerId: user.id,
    createdBy: user.id,
    createdAtMs: Date.UTC(2026, 0, 1),
    modifiedBy: '1000001000000000002',
    modifiedAtMs: Date.UTC(2026, 0, 2),
    activityAtMs: Date.UTC(2026, 0, 2),
    converted: false,
    ...over,
    data,
  };
}

export interface WritingGiven extends Partial<ItemChanges> {
  readonly space?: Space;
  readonly kind?: WritingKind;
  /** The record before; none for a new one. */
  readonly before?: StoredRecord;
  readonly tagIds?: ReadonlyMap<string, string>;
}

/** A record of a module on its way, before the first step. Ids of new rows count from 1. */
export function writing(moduleName: string, given: WritingGiven = {}): Writing {
  const { space = spaceWith(), before, kind = before ? 'update' : 'insert', tagIds = new Map(), ...changes } = given;
  const module = space.metadata.find(moduleName);
  if (!module) throw new Error(`expected a module, got ${moduleName}`);
  let taken = 0;
  const task: WritingTask = {
    call: { space, user, nowMs },
    module,
    kind,
    changes: { ...noChanges(), ...changes },
    tagIds,
    takeId: () => String(++taken),
    jsonPath: '$.data[0]',
  };
  return before ? changeOf(task, before) : newWriting(task, '7');
}

/** What a space holds of something that the organization has set up for a module. */
export function withSetting<Area extends SettingArea>(
  area: Area,
  module: number,
  definition: SettingAreas[Area],
): { readonly lists: Settings } {
  const stamps = { createdBy: user.id, createdAtMs: 0, modifiedBy: user.id, modifiedAtMs: 0 };
  return { lists: { [area]: [{ id: '1000001000000000042', module, definition, ...stamps }] } };
}
