import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { idOf, readId } from '../../kernel/ids.ts';
import type { MailTemplate } from '../../kernel/space/mail-template.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { filterParameter } from '../../wire/filters.ts';
import { choiceParameter, pageOf, pageParameters, pathId } from '../../wire/parameters.ts';

/** Templates of mails (crm-api 11): `/settings/email_templates` and `/settings/inventory_templates`. */
export const templateCategories = ['all', 'created_by_me', 'shared_with_me', 'favorite'] as const;
export const templateSorts = ['name', 'created_time', 'modified_time'] as const;
export const sortOrders = ['asc', 'desc'] as const;

type Template = Setting<'mail_template'>;

const filterable = {
  id: ({ id }: Template) => id,
  name: ({ definition }: Template) => definition.name,
  subject: ({ definition }: Template) => definition.subject,
};
const filterableMoments = {
  created_time: ({ createdAtMs }: Template) => createdAtMs,
  modified_time: ({ modifiedAtMs }: Template) => modifiedAtMs,
};

const orders: Readonly<Record<(typeof templateSorts)[number], (one: Template, other: Template) => number>> = {
  name: (one, other) => one.definition.name.localeCompare(other.definition.name),
  created_time: (one, other) => one.createdAtMs - other.createdAtMs,
  modified_time: (one, other) => one.modifiedAtMs - other.modifiedAtMs,
};

/** GET /settings/email_templates?module=&category=&sort_by=&sort_order=&filters=&page=&per_page= */
export const listTemplates =
  (kind: MailTemplate['kind']) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    const { query, space, user } = call;
    const name = query.get('module');
    const module = name ? space.metadata.find(name) : undefined;
    if (name && !module) throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
    const category = choiceParameter(query, 'category', templateCategories, 'all');
    const order = orders[choiceParameter(query, 'sort_by', templateSorts, 'name')];
    const descending = choiceParameter(query, 'sort_order', sortOrders, 'asc') === 'desc';
    const found = templatesOf(call, kind)
      .filter((each) => !module || each.module === module.number)
      .filter(({ createdBy }) => category === 'all' || (category === 'created_by_me') === (createdBy === user.id))
      .filter(() => category !== 'favorite')
      .filter(filterParameter(query, filterable, filterableMoments))
      .sort((one, other) => (descending ? order(other, one) : order(one, other)));
    const { shown, info } = pageOf(found, pageParameters(call));
    if (shown.length === 0) return { status: 204 };
    return { status: 200, json: { [keyOf(kind)]: shown.map((each) => templateAnswer(call, each)), info } };
  };

/** GET /settings/email_templates/{id} */
export const getTemplate =
  (kind: MailTemplate['kind']) =>
  async (call: CrmCall): Promise<CrmAnswer> => {
    const id = readId(pathId(call.path[0] as string, 2));
    const template = templatesOf(call, kind).find((each) => each.id === id);
    if (template) return { status: 200, json: { [keyOf(kind)]: [templateAnswer(call, template)] } };
    if (call.version.number < 8) return { status: 204 };
    throw new Refusal('INVALID_DATA', { status: 404, details: { resource_path_index: 2 }, message: idInvalid });
  };

export const keyOf = (kind: MailTemplate['kind']) => `${kind}_templates`;

/** Those of a kind, of modules that the caller may see. */
const templatesOf = ({ space }: CrmCall, kind: MailTemplate['kind']): Template[] =>
  space
    .list('mail_template')
    .filter(({ module, definition }) => definition.kind === kind && space.metadata.byNumber(module) !== undefined);

function templateAnswer({ space, user }: CrmCall, template: Template) {
  const { id, module: number, definition } = template;
  const { name, content, active } = definition;
  const module = space.metadata.byNumber(number);
  return {
    ...{ id, name },
    module: { api_name: module?.apiName ?? null, id: idOf(space.dataSpace, number) },
    folder: { name: definition.folder, id },
    editor_mode: definition.format === 'html' ? 'rich_text' : 'plain_text',
    category: 'normal',
    ...{ active, favorite: false, content, mail_content: content },
    created_time: formatDateTime(template.createdAtMs, user.timeZone),
    modified_time: formatDateTime(template.modifiedAtMs, user.timeZone),
    created_by: showUserBriefly(space, template.createdBy),
    modified_by: showUserBriefly(space, template.modifiedBy),
    last_usage_time: null,
    ...(definition.kind === 'email' ? emailFacts(definition) : {}),
  };
}

const emailFacts = ({ subject, description }: MailTemplate) => ({
  ...{ subject, description, attachments: [], consent_linked: false, associated: false },
  last_version_statistics: null,
});
