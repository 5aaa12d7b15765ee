import { found, oneById, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  all,
  anything,
  flag,
  id,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import type { MailTemplate } from '../../kernel/space/mail-template.ts';
import { pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { fixed } from '../../wire/scopes.ts';
import { getTemplate, keyOf, listTemplates, sortOrders, templateCategories, templateSorts } from './templates.ts';

const common = {
  ...{ id, name: text, module: shape({ api_name: orNull(text), id }), folder: shape({ name: text, id }) },
  editor_mode: oneOf('rich_text', 'plain_text'),
  category: text,
  ...all(flag, 'active', 'favorite'),
  content: noted(text, 'With merge fields of the record, of the sender and of the organization.'),
  mail_content: text,
  ...all(time, 'created_time', 'modified_time'),
  ...all(reference, 'created_by', 'modified_by'),
  last_usage_time: orNull(time),
};
const emailTemplate = named(
  'EmailTemplate',
  shape({
    ...{ ...common, subject: text, description: orNull(text), attachments: listOf(anything) },
    ...all(flag, 'consent_linked', 'associated'),
    last_version_statistics: anything,
  }),
);
const inventoryTemplate = named('InventoryTemplate', shape(common));

const rows = (kind: MailTemplate['kind'], what: string, template: Schema): readonly Operation[] => [
  {
    method: 'GET',
    path: `settings/${keyOf(kind)}`,
    scopes: fixed(`ZohoCRM.templates.${kind}.READ`, 'ZohoCRM.settings.emails.READ'),
    handle: listTemplates(kind),
    about: {
      summary: `List ${what}`,
      text: 'The operator of the platform defines them; send_mail fills them.',
      query: [
        { ...query('module', 'Only those for records of this module.'), errors: ['INVALID_MODULE'] },
        query('category', 'Only these.', oneOf(...templateCategories)),
        query('sort_by', 'What they are sorted by.', oneOf(...templateSorts)),
        query('sort_order', 'Which way they are sorted.', oneOf(...sortOrders)),
        query('filters', 'Criteria in JSON over id, name, subject, and over created_time and modified_time.'),
        ...pages,
      ],
      answers: found(keyOf(kind), template, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: `settings/${keyOf(kind)}/{template}`,
    scopes: fixed(`ZohoCRM.templates.${kind}.READ`, 'ZohoCRM.settings.emails.READ'),
    handle: getTemplate(kind),
    about: { summary: `Get one of the ${what}`, answers: oneById(keyOf(kind), template) },
  },
];

/** Templates of mails. */
export const templateOperations: readonly Operation[] = [
  ...rows('email', 'templates of mails', emailTemplate),
  ...rows('inventory', 'templates of mails about quotes, orders and invoices', inventoryTemplate),
];
