import { kindOf } from '../../fields/field-kinds.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { layoutId, readId } from '../../kernel/ids.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';
import { fieldAnswer } from '../fields/field-answer.ts';
import { sectionName, tabTraversal } from '../fields/version-forms.ts';
import { convertMapping } from './convert-mapping.ts';

/** GET /settings/layouts?module= (crm-api 7.3): every module has its one layout "Standard". */
export async function listLayouts(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  if (!hasLayout(module)) return { status: 204 };
  return { status: 200, json: { layouts: [layoutAnswer(module, call)] } };
}

/** GET /settings/layouts/{id}?module= */
export async function getLayout(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  const id = readId(pathId(call.path[0] as string, 2));
  if (!hasLayout(module) || id !== layoutId(call.space.dataSpace, module.number)) {
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  }
  return { status: 200, json: { layouts: [layoutAnswer(module, call)] } };
}

function hasLayout(module: Module): boolean {
  return module.generatedType !== 'subform' && module.generatedType !== 'web';
}

/** Fields that no form shows. */
const hidden = new Set(['id', 'Layout', 'Record_Status__s', 'Change_Log_Time__s', 'Wizard', 'Record_Image']);
const address =
  /(^|_)(Street|City|State|Code|Country|Zip|Address)(_|$)|^(Billing|Shipping|Mailing|Other)_(Street|City|State|Code|Zip|Country)$/;

function layoutAnswer(module: Module, call: CrmCall): Record<string, unknown> {
  const { space, user, version } = call;
  const { createdAtMs } = space.contents;
  const modifiedAtMs = Math.max(createdAtMs, space.metadata.modifiedAtMs);
  return {
    display_type: 3,
    created_time: formatDateTime(createdAtMs, user.timeZone),
    show_business_card: true,
    visible: true,
    name: 'Standard',
    api_name: 'Standard__s',
    display_label: 'Standard',
    modified_time: modifiedAtMs > createdAtMs ? formatDateTime(modifiedAtMs, user.timeZone) : null,
    id: layoutId(space.dataSpace, module.number),
    // Old clients read a number.
    status: version.number < 3 ? 0 : 'active',
    mode: 'view',
    source: 'crm',
    generated_type: 'default',
    has_more_profiles: false,
    created_by: null,
    modified_by: null,
    created_for: null,
    profiles: space.contents.profiles.map(({ id, name }) => ({ default: true, name, id })),
    convert_mapping: convertMapping(module, space),
    sections: sections(module).map((section, index) => ({
      display_label: section.label,
      name: section.label,
      api_name: sectionName(version, section.label),
      sequence_number: index + 1,
      column_count: section.subform ? 1 : 2,
      tab_traversal: tabTraversal(version),
      isSubformSection: section.subform,
      generated_type: 'default',
      type: 'used',
      properties: null,
      fields: section.fields.map((field, place) => ({
        ...fieldAnswer(field, module, call),
        sequence_number: place + 1,
        required: field.mandatory || field.layoutMandatory,
        section_id: index + 1,
      })),
    })),
  };
}

interface Section {
  readonly label: string;
  readonly subform: boolean;
  readonly fields: readonly Field[];
}

/** The form's parts: the module's own fields, addresses, long text, and each subform for itself. */
function sections(module: Module): Section[] {
  const shown = module.fields.filter((field) => !hidden.has(field.apiName));
  const plain = shown.filter((field) => kindOf(field).holds !== 'rows');
  const isAddress = (field: Field) => address.test(field.apiName);
  const isLong = (field: Field) => kindOf(field).multiline && !isAddress(field);
  const groups: Section[] = [
    {
      label: `${module.singularLabel} Information`,
      subform: false,
      fields: plain.filter((field) => !isAddress(field) && !isLong(field)),
    },
    { label: 'Address Information', subform: false, fields: plain.filter(isAddress) },
    ...shown
      .filter((field) => kindOf(field).holds === 'rows')
      .map((field) => ({ label: field.label, subform: true, fields: [field] })),
    { label: 'Description Information', subform: false, fields: plain.filter(isLong) },
  ];
  return groups.filter((group) => group.fields.length > 0);
}
