import type { CrmCall } from '../../kernel/call.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { viewOfOne } from '../../records/linking/show-links.ts';
import { recordShape, renderRecord } from '../../records/view/render-record.ts';
import { fromAddress } from './from-addresses.ts';

/**
 * Merge fields of templates: `${!Leads.Last_Name}` is a value of the record, `${!Users.full_name}` one of the sender,
 * `${!Org.company_name}` the organization's name, `${!userSignature}` the signature that goes with the sender's address.
 */
const mergeField = /\$\{!?([A-Za-z_]\w*)(?:\.(\w+))?\}/g;

export interface MergeField {
  readonly text: string;
  /** `Users`, `Org`, `userSignature`, or API name of a module. */
  readonly source: string;
  readonly name: string | null;
}

export function mergeFieldsOf(text: string): MergeField[] {
  return [...text.matchAll(mergeField)].map(([whole, source = '', name]) => ({
    text: whole,
    source,
    name: name ?? null,
  }));
}

export const senderFields = ['full_name', 'first_name', 'last_name', 'email', 'phone', 'mobile', 'website'] as const;

/** Whether a merge field of a template of the module stands for something. */
export function isMergeField({ source, name }: MergeField, module: Module): boolean {
  if (source === 'userSignature') return name === null;
  if (source === 'Users') return senderFields.some((each) => each === name);
  if (source === 'Org') return name === 'company_name';
  return source === module.apiName && name !== null && module.field.has(name);
}

/** Values that go into texts, as their recipients are to read them; `isHtml` says of one that it is HTML already. */
export type MergeValue = (field: MergeField) => { readonly value: string; readonly isHtml: boolean };

/** What the merge fields of a template of the module stand for, as the caller may see the record. */
export async function mergeValues(call: CrmCall, module: Module, record: StoredRecord): Promise<MergeValue> {
  const shape = recordShape(module, call.version);
  const values = JSON.parse(renderRecord(shape, record, await viewOfOne(call, shape, record)));
  const { space, user } = call;
  const sender: Readonly<Record<string, string | null | undefined>> = {
    ...user.settings.about,
    ...{ full_name: user.fullName, first_name: user.firstName, last_name: user.lastName, email: fromAddress(user) },
  };
  const plain = (value: string) => ({ value, isHtml: false });
  return ({ source, name }) => {
    if (source === 'userSignature') {
      const signature = space.list('email_signature').find((each) => {
        const { user: owner, isDefault } = each.definition;
        return isDefault && owner === user.id;
      })?.definition;
      return { value: signature?.content ?? '', isHtml: signature?.editorMode === 'rich_text' };
    }
    if (source === 'Users') return plain(sender[name ?? ''] ?? '');
    if (source === 'Org') return plain(space.contents.name);
    return plain(source === module.apiName && name !== null ? textOf(values[name]) : '');
  };
}

/** A text with its merge fields replaced; in HTML, values are text and no markup. */
export function merge(text: string, valueFor: MergeValue, format: 'html' | 'text'): string {
  return text.replaceAll(mergeField, (whole, source: string, name: string | undefined) => {
    const { value, isHtml } = valueFor({ text: whole, source, name: name ?? null });
    if (format === 'html') return isHtml ? value : escapeHtml(value);
    return isHtml ? value.replaceAll(/<[^>]*>/g, '') : value;
  });
}

/** A value of a record's answer, as a text. */
function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return isJsonObject(value) ? textOf(value.name) : String(value);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => entities[letter] as string).replaceAll('\n', '<br>');
}
