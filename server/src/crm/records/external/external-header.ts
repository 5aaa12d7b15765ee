import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Field, Metadata, Module } from '../../kernel/metadata/metadata.ts';

/**
 * The header `X-EXTERNAL` (crm-api 6.11): fields marked `external` whose values stand for ids, separated by commas.
 *
 * - `Leads.Ext_Id`: of records of the module, in the path, in `ids`, in items of an update;
 * - `Contacts.Account_Name.Ext_Id`: of what a look-up in a body points to; `Quotes.Quoted_Items.Product_Name.Ext_Id`
 *   of one in a subform;
 * - `Events.What_Id->Accounts.Ext_Id`: of what a look-up into several modules points to.
 */
export type ExternalName =
  | { readonly kind: 'record'; readonly module: Module; readonly field: Field }
  | {
      readonly kind: 'lookup';
      readonly module: Module;
      /** The subform that holds the look-up; null: the record itself does. */
      readonly subform: Field | null;
      readonly lookup: Field;
      readonly target: Module;
      readonly field: Field;
    };

const headerName = 'X-EXTERNAL';
const maxNames = 20;
const nameForm = /^(\w{1,120})((?:\.\w{1,120}){0,2})(?:->(\w{1,120}))?\.(\w{1,120})$/;

/** What the call's header names; nothing without one. @throws Refusal INVALID_DATA for what is no external field. */
export function externalNames({ headers, space }: CrmCall): readonly ExternalName[] {
  const text = headers['x-external'];
  if (typeof text !== 'string' || text.trim() === '') return [];
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length > maxNames) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxNames, header_name: headerName } });
  }
  return parts.map((part) => readName(part, space.metadata));
}

/** The field whose values stand for the ids of the module's own records, if the header names one. */
export function externalField(call: CrmCall, module: Module): Field | undefined {
  return externalNames(call).find((name) => name.kind === 'record' && name.module.number === module.number)?.field;
}

function readName(part: string, metadata: Metadata): ExternalName {
  const [, moduleName = '', path = '', targetName, fieldName = ''] = nameForm.exec(part) ?? [];
  const module = metadata.find(moduleName);
  const [first, second] = path.split('.').slice(1);
  if (!module || (targetName !== undefined && first === undefined)) throw unknown(part);
  if (first === undefined) return { kind: 'record', module, field: externalIn(module, fieldName, part) };
  const subform = second === undefined ? null : (module.field.get(first) ?? null);
  const holder = subform ? metadata.find(subform.subform ?? '') : module;
  const lookup = holder?.field.get(second ?? first);
  const target = lookup && metadata.find(targetOf(lookup, targetName) ?? '');
  if (!lookup || !target || (second !== undefined && !subform)) throw unknown(part);
  return { kind: 'lookup', module, subform, lookup, target, field: externalIn(target, fieldName, part) };
}

function targetOf(field: Field, named: string | undefined): string | undefined {
  const { lookup } = kindOf(field);
  const { lookupModules } = field;
  if (lookup?.to !== 'records') return undefined;
  if (!lookup.several) return named === undefined ? lookupModules[0] : undefined;
  return lookupModules.find((name) => name.toLowerCase() === named?.toLowerCase());
}

function externalIn(module: Module, name: string, part: string): Field {
  const field = module.field.get(name);
  if (!field?.external) throw unknown(part);
  return field;
}

function unknown(part: string): Refusal {
  return new Refusal('INVALID_DATA', {
    details: { header_name: headerName },
    message: 'the external field given seems to be invalid',
    outcome: 'ExternalFieldUnknown',
    reason: { came: part.slice(0, 100) },
  });
}
