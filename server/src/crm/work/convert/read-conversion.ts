import { isStorable } from '../../fields/values/texts.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import { readItem } from '../../records/rules/read-item.ts';
import type { ConversionTarget } from '../../settings/layouts/convert-mapping.ts';
import { itemListOf, referenceIn } from '../../wire/item-list.ts';

/** What a request for a conversion asks for (crm-api 7.13), checked as far as it can be without records. */
export interface Conversion {
  /** Ids of records that take the lead in, instead of new ones. */
  readonly accountId: string | null;
  readonly contactId: string | null;
  readonly deal: ItemChanges | null;
  readonly contactRole: string | null;
  readonly ownerId: string | null;
  /** Whether an existing contact and account get the lead's values. */
  readonly overwrite: boolean;
  readonly attachmentsTo: ConversionTarget;
  readonly tags: Readonly<Record<ConversionTarget, readonly string[]>>;
}

export const conversionTargets = ['Contacts', 'Accounts', 'Deals'] as const;
const limits = { tags: 10, tagLength: 25 } as const;

export function targetModule(call: CrmCall, target: ConversionTarget): Module {
  const module = call.space.metadata.find(target);
  if (!module) throw new Error(`the standard module ${target} is missing`);
  return module;
}

const flags = ['overwrite', 'notify_lead_owner', 'notify_new_entity_owner'] as const;

type At = (key: string) => { readonly api_name: string | undefined; readonly json_path: string };

/** @throws Refusal for what is wrong with the request as a whole. */
export function readConversion(call: CrmCall): Conversion | { readonly failure: ErrorBody } {
  const [raw] = itemListOf(readJsonBody(call.body), 'data', 1);
  if (isJsonObject(raw)) return readConversionItem(call, raw, '$.data[0]');
  return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: '$.data[0]' }) };
}

/** The same for what stands at `path` of the request. */
export function readConversionItem(
  call: CrmCall,
  raw: JsonObject,
  path: string,
): Conversion | { readonly failure: ErrorBody } {
  const at: At = (key) => ({ api_name: key.split('.').at(-1), json_path: `${path}.${key}` });
  for (const flag of flags) {
    const value = raw[flag] ?? undefined;
    if (value === undefined || typeof value === 'boolean') continue;
    return { failure: errorBody('INVALID_DATA', { expected_data_type: 'boolean', ...at(flag) }) };
  }
  const accountId = readReference(raw, 'Accounts', at);
  const contactId = readReference(raw, 'Contacts', at);
  const ownerId = readReference(raw, 'assign_to', at);
  for (const id of [accountId, contactId, ownerId]) if (id && typeof id !== 'string') return id;
  const owner = ownerId as string | null;
  if (owner !== null && call.space.user(owner)?.status !== 'active') {
    return { failure: errorBody('INVALID_DATA', at('assign_to'), idInvalid) };
  }
  const deal = readDeal(call, raw.Deals, `${path}.Deals`);
  if (deal && 'failure' in deal) return deal;
  const tags = readTags(raw.carry_over_tags, at);
  if ('failure' in tags) return { failure: tags.failure as ErrorBody };
  const moveTo = isJsonObject(raw.move_attachments_to) ? raw.move_attachments_to.api_name : undefined;
  const attachmentsTo = conversionTargets.find((target) => target === moveTo);
  if (moveTo !== undefined && !attachmentsTo) {
    const details = { ...at('move_attachments_to.api_name'), supported_values: conversionTargets };
    return { failure: errorBody('INVALID_DATA', details) };
  }
  return {
    accountId: accountId as string | null,
    contactId: contactId as string | null,
    ownerId: owner,
    deal: deal?.changes ?? null,
    contactRole: deal?.contactRole ?? null,
    overwrite: raw.overwrite === true,
    attachmentsTo: attachmentsTo ?? 'Contacts',
    tags: tags as Conversion['tags'],
  };
}

function readReference(raw: JsonObject, key: string, at: At): string | null | { failure: ErrorBody } {
  const value = raw[key];
  if (value === undefined || value === null) return null;
  return referenceIn(value) ?? { failure: errorBody('INVALID_DATA', at(key), idInvalid) };
}

function readDeal(
  call: CrmCall,
  raw: unknown,
  jsonPath: string,
): { changes: ItemChanges; contactRole: string | null } | { failure: ErrorBody } | undefined {
  if (raw === undefined || raw === null) return undefined;
  checkPermission(call.user, 'Crm_Implied_Create_Deals');
  const module = targetModule(call, 'Deals');
  const reading = readItem(raw, {
    metadata: call.space.metadata,
    module,
    dataSpace: call.space.dataSpace,
    jsonPath,
    creating: true,
    ignored: call.ignoredKeys,
  });
  if (reading.failure) return { failure: reading.failure };
  const item = raw as JsonObject;
  const role = isJsonObject(item.Contact_Role) ? item.Contact_Role.name : item.Contact_Role;
  const contactRole = typeof role === 'string' && role !== '' && isStorable(role) ? role.slice(0, 120) : null;
  return { changes: reading.changes, contactRole };
}

function readTags(raw: unknown, at: At): Readonly<Record<string, readonly string[] | ErrorBody>> {
  const tags: Record<string, readonly string[]> = { Contacts: [], Accounts: [], Deals: [] };
  if (raw === undefined || raw === null) return tags;
  for (const target of conversionTargets) {
    const names = isJsonObject(raw) ? (raw[target] ?? []) : null;
    const sound =
      Array.isArray(names) && names.length <= limits.tags && names.every((name) => tagName(name) !== undefined);
    if (!sound) return { failure: errorBody('INVALID_DATA', at(`carry_over_tags.${target}`)) };
    tags[target] = names.map((name) => tagName(name) as string);
  }
  return tags;
}

function tagName(raw: unknown): string | undefined {
  const name = isJsonObject(raw) ? raw.name : raw;
  if (typeof name !== 'string' || !isStorable(name)) return undefined;
  const text = name.trim();
  return text === '' || text.length > limits.tagLength ? undefined : text;
}

/** The lead in the path. */
export function leadModule(call: CrmCall): Module {
  const module = call.space.metadata.find(call.path[0] as string);
  if (module?.traits.convertible) return module;
  throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 } });
}

/** The module of leads, whatever the path names. */
export function leadModuleOf({ space }: CrmCall): Module {
  const module = space.metadata.having('convertible');
  if (!module) throw new Error('expected a module whose records are converted, got none');
  return wholeModule(module);
}
