import { foldEmailAddress } from '../../../foundation/email-address.ts';
import { fromAddress } from '../../content/emails/from-addresses.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { EmailSignature, Setting } from '../../kernel/space/setting.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';
import {
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';

/** What users put under their mails (crm-api 11): `/crm/email/v8/settings/compose/email_signatures`. */
export const signatureLimits = { total: 2_000, ofUser: 5, items: 5, content: 4_000 } as const;
export const editorModes = ['plain_text', 'rich_text'] as const;

type Signature = Setting<'email_signature'>;

/** Reading and writing what is another user's. */
const ofOthers = 'Crm_Implied_Manage_Users';

const fields = [
  itemField('name', 'text', 100, true),
  itemField('content', 'textarea', signatureLimits.content, true),
  itemField('editor_mode', 'text', 20),
];

const signatureList: SettingList<'email_signature'> = {
  area: 'email_signature',
  key: 'email_signatures',
  pathIndex: 3,
  limits: signatureLimits,
  messages: {
    added: 'Email signature created successfully',
    updated: 'Email signature updated successfully',
    deleted: 'Email signature deleted successfully',
  },
  read: readSignature,
  beforeDelete: (_, call, { definition }) => notOwn(call, definition.user),
};

/** GET /settings/compose/email_signatures?user_id=: those of a user. */
export async function listSignatures(call: CrmCall): Promise<CrmAnswer> {
  const { id } = meantUser(call);
  const own = call.space.list('email_signature').filter(({ definition }) => definition.user === id);
  if (own.length === 0) return { status: 204 };
  return { status: 200, json: { email_signatures: own.map((each) => signatureAnswer(call, each)) } };
}

/** GET /settings/compose/email_signatures/{id} */
export async function getSignature(call: CrmCall): Promise<CrmAnswer> {
  const signature = pathItem(signatureList, call);
  if (!signature) return { status: 204 };
  const failure = notOwn(call, signature.definition.user);
  if (failure) throw new Refusal('NO_PERMISSION', { details: failure.details });
  return { status: 200, json: { email_signatures: [signatureAnswer(call, signature)] } };
}

export const createSignatures = (call: CrmCall) => createSettings(signatureList, call);
export const updateSignatures = (call: CrmCall) => updateSettings(signatureList, call);
export const deleteSignatures = (call: CrmCall) => removeSettings(signatureList, call);

/** The user whom `user_id` names; the caller when it names nobody. @throws Refusal */
function meantUser({ query, space, user }: CrmCall): CrmUser {
  const given = query.get('user_id');
  if (!given) return user;
  const named = space.user(readId(given) ?? '');
  if (named?.status !== 'active') throw new Refusal('INVALID_DATA', { details: { param_name: 'user_id' } });
  const failure = notOwn({ user }, named.id);
  if (failure) throw new Refusal('NO_PERMISSION', { details: failure.details });
  return named;
}

/** Why the caller may not write what is about a user. */
function notOwn({ user: { id, profile } }: Pick<CrmCall, 'user'>, user: string): ErrorBody | undefined {
  if (user === id || !profile.denied.has(ofOthers)) return undefined;
  return errorBody('NO_PERMISSION', { permissions: [ofOthers] });
}

function signatureAnswer({ space }: CrmCall, { id, definition }: Signature) {
  const user = space.user(definition.user);
  return {
    id,
    name: definition.name,
    content: definition.content,
    editor_mode: definition.editorMode,
    from: definition.isDefault && user ? [{ user_name: user.fullName, email: fromAddress(user) }] : [],
  };
}

function readSignature(reading: ItemReading<'email_signature'>): Reading<'email_signature'> {
  const { call, raw, jsonPath, others, self } = reading;
  const before = self?.definition;
  const forbidden = before && notOwn(call, before.user);
  if (forbidden) return { failure: forbidden };
  const plain = readPlainItem(raw, fields, jsonPath, self === null);
  if (plain.failure) return plain;
  const { item, values } = plain;
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const user = before?.user ?? meantUser(call).id;
  const ofUser = others.filter(({ id, definition }) => id !== self?.id && definition.user === user);
  if (!self && ofUser.length >= signatureLimits.ofUser) {
    return { failure: errorBody('LIMIT_EXCEEDED', { limit: signatureLimits.ofUser }) };
  }
  const name = (values.get('name') ?? before?.name) as string;
  if (ofUser.some(({ definition }) => definition.name.toLowerCase() === name.toLowerCase())) {
    return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  }
  const mode = values.get('editor_mode') ?? before?.editorMode ?? 'rich_text';
  const editorMode = editorModes.find((word) => word === mode);
  if (!editorMode) {
    return { failure: errorBody('INVALID_DATA', { ...place('editor_mode'), supported_values: editorModes }) };
  }
  const isDefault = readFrom(call, user, item.from, `${jsonPath}.from`, before);
  if (typeof isDefault !== 'boolean') return { failure: isDefault };
  const content = (values.get('content') ?? before?.content) as string;
  return { definition: { user, name, content, editorMode, isDefault } };
}

/** Whether it goes with mails of the user's address, which is the only one that `from` may have. */
function readFrom(
  { space }: CrmCall,
  user: string,
  raw: unknown,
  at: string,
  before: EmailSignature | undefined,
): boolean | ErrorBody {
  if (raw === undefined) return before?.isDefault ?? false;
  if (raw === null) return false;
  const place = { api_name: 'from', json_path: at };
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place });
  const owner = space.user(user);
  const own = owner && fromAddress(owner);
  for (const [index, each] of raw.entries()) {
    const email = isJsonObject(each) ? each.email : undefined;
    if (typeof email === 'string' && own && foldEmailAddress(email) === foldEmailAddress(own)) continue;
    const details = { api_name: 'email', json_path: `${at}[${index}].email`, supported_values: own ? [own] : [] };
    return errorBody('INVALID_DATA', details);
  }
  return raw.length > 0;
}
