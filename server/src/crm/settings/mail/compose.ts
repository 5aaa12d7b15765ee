import { foldEmailAddress } from '../../../foundation/email-address.ts';
import { fromAddress } from '../../content/emails/from-addresses.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import {
  type ComposeAddress,
  type ComposeSettings,
  composeTypes,
  type EmailCompose,
} from '../../kernel/space/setting.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { choiceParameter } from '../../wire/parameters.ts';
import { changeArea, changedSetting, newSetting } from '../kept/setting-list.ts';

/** How the caller's mails begin (crm-api 11): `/crm/email/v8/settings/compose`. Programs that write mails read it. */
export const fontSizes = { least: 8, most: 36 } as const;
export const addressTypes = ['primary', 'org_email'] as const;

const key = 'email_compose';
const fontFields = [itemField('size', 'integer', 2), itemField('family', 'text', 100)];
const addressFields = [
  itemField('email', 'email', 100),
  itemField('user_name', 'text', 100),
  itemField('type', 'text', 20),
];

/** GET /settings/compose?type= */
export async function getCompose(call: CrmCall): Promise<CrmAnswer> {
  const type = choiceParameter(call.query, 'type', [...composeTypes, 'all'], 'all');
  const stored = ownSettings(call);
  const shown = composeTypes.filter((each) => type === 'all' || type === each);
  return { status: 200, json: { [key]: shown.map((each) => composeAnswer(each, stored[each] ?? first(call.user))) } };
}

/** PUT /settings/compose: what an item does not say stays. */
export async function updateCompose(call: CrmCall): Promise<CrmAnswer> {
  const raws = readItemList(call, key, composeTypes.length);
  const { id } = call.user;
  const answers = await changeArea({ area: key }, call, (items) => {
    const before = items.get(id);
    let settings: EmailCompose = before?.definition ?? {};
    const done = raws.map((raw, index): ItemAnswer => {
      const at = `$.${key}[${index}]`;
      const type = isJsonObject(raw) ? composeTypes.find((word) => word === raw.type) : undefined;
      if (!type || !isJsonObject(raw)) {
        const missing = isJsonObject(raw) && (raw.type === undefined || raw.type === null);
        const place = { api_name: 'type', json_path: `${at}.type` };
        if (missing) return errorBody('MANDATORY_NOT_FOUND', place);
        return errorBody('INVALID_DATA', { ...place, supported_values: composeTypes });
      }
      const read = readSettings(call.user, raw, at, settings[type] ?? first(call.user));
      if ('code' in read) return read;
      settings = { ...settings, [type]: read };
      return success('Email compose settings updated successfully', { type });
    });
    if (done.some(({ status }) => status === 'success')) {
      items.set(id, before ? changedSetting(call, before, settings) : newSetting(call, id, settings));
    }
    return done;
  });
  return answerItemList(key, answers, 200);
}

const ownSettings = ({ space, user }: CrmCall): EmailCompose =>
  space.list(key).find(({ id }) => id === user.id)?.definition ?? {};

function first(user: CrmUser): ComposeSettings {
  const own: ComposeAddress = { type: 'primary', name: user.fullName, email: fromAddress(user) };
  return { font: { size: 10, family: 'Verdana' }, from: own, replyTo: own };
}

function composeAnswer(type: string, { font, from, replyTo }: ComposeSettings) {
  return {
    type,
    font,
    default_from_address: addressAnswer(from),
    default_replyto_address: addressAnswer(replyTo),
  };
}

const addressAnswer = ({ type, name, email }: ComposeAddress) => ({ type, user_name: name, email });

function readSettings(
  user: CrmUser,
  raw: JsonObject,
  at: string,
  before: ComposeSettings,
): ComposeSettings | ErrorBody {
  const font = raw.font === undefined ? before.font : readFont(raw.font, `${at}.font`, before.font);
  if ('code' in font) return font;
  const from = readAddress(raw.default_from_address, `${at}.default_from_address`, before.from);
  if ('code' in from) return from;
  if (foldEmailAddress(from.email) !== foldEmailAddress(fromAddress(user))) {
    const place = { api_name: 'email', json_path: `${at}.default_from_address.email` };
    return errorBody('INVALID_DATA', { ...place, supported_values: [fromAddress(user)] });
  }
  const replyTo = readAddress(raw.default_replyto_address, `${at}.default_replyto_address`, before.replyTo);
  return 'code' in replyTo ? replyTo : { font, from, replyTo };
}

function readFont(raw: unknown, at: string, before: ComposeSettings['font']): ComposeSettings['font'] | ErrorBody {
  const plain = readPlainItem(raw, fontFields, at, false);
  if (plain.failure) return plain.failure;
  const size = (plain.values.get('size') ?? before.size) as number;
  if (size < fontSizes.least || size > fontSizes.most) {
    const range = { from: String(fontSizes.least), to: String(fontSizes.most) };
    return errorBody('INVALID_DATA', { api_name: 'size', json_path: `${at}.size`, range });
  }
  return { size, family: (plain.values.get('family') ?? before.family) as string };
}

function readAddress(raw: unknown, at: string, before: ComposeAddress): ComposeAddress | ErrorBody {
  if (raw === undefined) return before;
  const plain = readPlainItem(raw, addressFields, at, false);
  if (plain.failure) return plain.failure;
  const { values } = plain;
  const given = values.get('type') ?? before.type;
  const type = addressTypes.find((word) => word === given);
  if (!type) {
    const place = { api_name: 'type', json_path: `${at}.type` };
    return errorBody('INVALID_DATA', { ...place, supported_values: addressTypes });
  }
  const name = (values.has('user_name') ? values.get('user_name') : before.name) as string | null;
  return { type, name, email: (values.get('email') ?? before.email) as string };
}
