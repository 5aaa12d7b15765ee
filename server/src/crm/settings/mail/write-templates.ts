import { isMergeField, mergeFieldsOf } from '../../content/emails/merge-fields.ts';
import { limits as mailLimits } from '../../content/emails/read-mail.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorCode, type ErrorDetails, Refusal, refusalOf } from '../../kernel/errors.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { type MailTemplate, templateKinds } from '../../kernel/space/mail-template.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { deleteSettings, readSettings, writeSettings } from '../../store/space/settings-table.ts';
import { itemField, readPlainItem } from '../../wire/item-list.ts';

/** Templates of mails are defined by the operator: the API of this system reads them only. */
export const templateLimits = { templates: 100, content: 50_000 } as const;

const fields = [
  itemField('name', 'text', 100, true),
  itemField('module', 'text', 100, true),
  itemField('kind', 'text', 20),
  itemField('description', 'textarea', 500),
  itemField('subject', 'text', mailLimits.subject, true),
  itemField('content', 'textarea', templateLimits.content, true),
  itemField('format', 'text', 10),
  itemField('folder', 'text', 100),
  itemField('active', 'boolean', 5),
];
const formats = ['html', 'text'] as const;

/**
 * Makes a template of `{name, module, kind?, subject, content, format?, folder?, description?, active?}`. @returns its id.
 * @throws Refusal whose details say what is wrong.
 */
export async function createTemplate(call: CrmCall, raw: unknown): Promise<string> {
  const { store, space } = call;
  const { module, template } = readTemplate(call, raw);
  const [id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  await changeSpace(call, async (transaction) => {
    const known = await readSettings(transaction, space.dataSpace, 'mail_template');
    if (known.length >= templateLimits.templates) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { limit: templateLimits.templates } });
    }
    const isSame = ({ definition }: (typeof known)[number]) =>
      definition.kind === template.kind && definition.name.toLowerCase() === template.name.toLowerCase();
    if (known.some(isSame)) throw invalid('name', {}, 'DUPLICATE_DATA');
    await writeSettings(transaction, call, 'mail_template', [{ id, module: module.number, definition: template }]);
  });
  return id;
}

/** @returns whether there was such a template. */
export async function deleteTemplate(call: CrmCall, id: string): Promise<boolean> {
  const { dataSpace } = call.space;
  const gone = await changeSpace(call, (transaction) => deleteSettings(transaction, dataSpace, 'mail_template', [id]));
  return gone > 0;
}

function readTemplate(call: CrmCall, raw: unknown): { readonly module: Module; readonly template: MailTemplate } {
  const reading = readPlainItem(raw, fields, '$', true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { values } = reading;
  const text = (name: string, otherwise: string) => (values.get(name) ?? otherwise) as string;
  const found = call.space.metadata.find(text('module', ''));
  // Mails go to records of such modules only.
  if (!found?.traits.emails) throw invalid('module', {}, 'INVALID_MODULE');
  const module = wholeModule(found);
  const kind = templateKinds.find((each) => each === text('kind', 'email'));
  if (!kind) throw invalid('kind', { supported_values: templateKinds });
  const format = formats.find((each) => each === text('format', 'html'));
  if (!format) throw invalid('format', { supported_values: formats });
  const [subject, content] = [text('subject', ''), text('content', '')];
  for (const [name, value] of Object.entries({ subject, content })) {
    const wrong = mergeFieldsOf(value).find((field) => !isMergeField(field, module));
    if (!wrong) continue;
    throw invalid(name, { expected_data_type: `merge field of ${module.apiName}, Users or Org`, came: wrong.text });
  }
  const description = (values.get('description') ?? null) as string | null;
  const folder = text('folder', 'Public Email Templates');
  const active = values.get('active') !== false;
  return { module, template: { kind, name: text('name', ''), description, subject, content, format, folder, active } };
}

function invalid(api_name: string, details: object, code: ErrorCode = 'INVALID_DATA'): Refusal {
  return new Refusal(code, { details: { ...details, api_name, json_path: `$.${api_name}` } as ErrorDetails });
}
