import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { type Layout, layoutApiName, layoutsOf } from '../../kernel/space/layouts-of.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { pathId } from '../../wire/parameters.ts';
import { fieldAnswer } from '../fields/field-answer.ts';
import { sectionName, tabTraversal } from '../fields/version-forms.ts';
import { convertMapping } from './convert-mapping.ts';
import { sectionsOf } from './sections.ts';

/** GET /settings/layouts?module= (crm-api 7.3) */
export async function listLayouts(call: CrmCall): Promise<CrmAnswer> {
  const module = metadataModule(call);
  if (!hasLayouts(module)) return { status: 204 };
  const layouts = layoutsOf(call.space, module);
  return { status: 200, json: { layouts: layouts.map((layout) => layoutAnswer(layout, module, call)) } };
}

/** GET /settings/layouts/{id}?module= */
export async function getLayout(call: CrmCall): Promise<CrmAnswer> {
  const module = layoutModule(call);
  const id = pathLayoutId(call);
  const layout = layoutsOf(call.space, module).find((each) => each.id === id);
  if (!layout) throw layoutUnknown();
  return { status: 200, json: { layouts: [layoutAnswer(layout, module, call)] } };
}

/** The module that a call about one layout names. @throws Refusal */
export function layoutModule(call: CrmCall): Module {
  const module = metadataModule(call);
  if (hasLayouts(module)) return module;
  throw layoutUnknown();
}

export const pathLayoutId = ({ path }: CrmCall): string => readId(pathId(path[0] as string, 2)) as string;

export function layoutUnknown(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

export function hasLayouts(module: Module): boolean {
  return module.generatedType !== 'subform' && module.generatedType !== 'web';
}

/** How other metadata names the layouts of a module. */
export function layoutReferences(call: Pick<CrmCall, 'space'>, module: Module) {
  if (!hasLayouts(module)) return [];
  return layoutsOf(call.space, module).map(({ id, definition: { name } }) => ({ name, display_label: name, id }));
}

function layoutAnswer({ id, isStandard, definition, stored }: Layout, module: Module, call: CrmCall) {
  const { space, user, version } = call;
  const createdAtMs = isStandard ? space.contents.createdAtMs : (stored?.createdAtMs ?? 0);
  const modifiedAtMs = Math.max(createdAtMs, stored?.modifiedAtMs ?? 0, isStandard ? space.metadata.modifiedAtMs : 0);
  const by = (userId: string | undefined) => (userId === undefined ? null : showUserBriefly(space, userId));
  const { name, active, profiles } = definition;
  return {
    display_type: 3,
    created_time: formatDateTime(createdAtMs, user.timeZone),
    show_business_card: true,
    visible: true,
    name,
    api_name: layoutApiName({ isStandard, definition }),
    display_label: name,
    modified_time: modifiedAtMs > createdAtMs ? formatDateTime(modifiedAtMs, user.timeZone) : null,
    id,
    status: statusOf(version.number, active),
    mode: 'view',
    source: 'crm',
    generated_type: isStandard ? 'default' : 'custom',
    has_more_profiles: false,
    created_by: isStandard ? null : by(stored?.createdBy),
    modified_by: by(stored?.modifiedBy),
    created_for: null,
    profiles: space.contents.profiles
      .filter((profile) => profiles === null || profiles.includes(profile.id))
      .map((profile) => ({ default: isStandard, name: profile.name, id: profile.id })),
    convert_mapping: convertMapping(module, space),
    sections: sectionsOf(module, definition).map((section, index) => ({
      ...(section.id ? { id: section.id } : {}),
      display_label: section.label,
      name: section.label,
      api_name: sectionName(version, section.label),
      sequence_number: index + 1,
      column_count: section.columns,
      tab_traversal: tabTraversal(version),
      isSubformSection: section.subform,
      generated_type: section.id ? 'custom' : 'default',
      type: 'used',
      properties: null,
      fields: section.fields.map(({ field, required }, place) => ({
        ...fieldAnswer(field, module, call),
        sequence_number: place + 1,
        required,
        section_id: index + 1,
      })),
    })),
  };
}

/** Old clients read a number. */
function statusOf(version: number, active: boolean): string | number {
  if (version < 3) return active ? 0 : -1;
  return active ? 'active' : 'inactive';
}
