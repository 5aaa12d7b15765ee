/**
 * The scope catalogue: the one list of scopes that validation, consent page, console and documentation share.
 * A scope is `group.OPERATION`; a group may also stand alone, which means ALL.
 */
export type Operation = 'ALL' | 'READ' | 'CREATE' | 'UPDATE' | 'DELETE' | 'WRITE' | 'CUSTOM';

export interface ScopeGroup {
  /** `Service.scope[.sub]` in its canonical spelling. */
  readonly name: string;
  readonly operations: readonly Operation[];
  /** What it is about, to follow a verb: "your leads". */
  readonly subject: string;
  /** Tokens with this scope are bound to an organization and environment. */
  readonly organizationBound: boolean;
}

const any: readonly Operation[] = ['ALL', 'READ', 'CREATE', 'UPDATE', 'DELETE'];
const moduleOperations: readonly Operation[] = [...any, 'WRITE'];

/** Module tokens of `ZohoCRM.modules.<token>` with their plain name. */
export const moduleSubjects: Readonly<Record<string, string>> = {
  leads: 'leads',
  accounts: 'accounts',
  contacts: 'contacts',
  deals: 'deals',
  campaigns: 'campaigns',
  tasks: 'tasks',
  cases: 'cases',
  events: 'meetings',
  calls: 'calls',
  solutions: 'solutions',
  products: 'products',
  vendors: 'vendors',
  pricebooks: 'price books',
  quotes: 'quotes',
  salesorders: 'sales orders',
  purchaseorders: 'purchase orders',
  invoices: 'invoices',
  services: 'services',
  appointments: 'appointments',
  appointments_rescheduled_history: 'history of rescheduled appointments',
  custom: 'custom modules',
  notes: 'notes',
  attachments: 'attachments',
  emails: 'e-mails',
  approvals: 'approvals',
  dashboards: 'dashboards',
  search: 'search',
  activities: 'activities',
  entity_scores: 'record scores',
  lockinginformation: 'record locks',
};

/** Areas of `ZohoCRM.settings.<area>`: allowed operations and plain name. */
const settingsAreas: readonly [string, readonly Operation[], string][] = [
  ['modules', ['ALL', 'CREATE', 'READ', 'UPDATE'], 'list of modules'],
  ['module', ['ALL', 'CREATE', 'READ', 'UPDATE'], 'list of modules'],
  ['fields', any, 'fields of your modules'],
  ['layouts', ['ALL', 'READ', 'UPDATE', 'DELETE'], 'layouts'],
  ['related_lists', ['ALL', 'READ'], 'related lists'],
  ['custom_views', ['ALL', 'READ', 'UPDATE'], 'list views'],
  ['tab_groups', any, 'tab groups'],
  ['macros', any, 'macros'],
  ['custom_links', any, 'custom links'],
  ['custom_buttons', any, 'custom buttons'],
  ['map_dependency', any, 'field dependencies'],
  ['global_picklist', any, 'global pick lists'],
  ['pipeline', ['ALL', 'CREATE', 'READ', 'UPDATE', 'DELETE'], 'sales pipelines'],
  ['wizards', ['ALL', 'READ'], 'wizards'],
  ['webforms', ['ALL'], 'web forms'],
  ['roles', any, 'roles'],
  ['profiles', any, 'profiles'],
  ['territories', any, 'territories'],
  ['user_groups', any, 'user groups'],
  ['users_unavailability', any, 'absences of users'],
  ['clientportal', any, 'client portals'],
  ['assignment_rules', ['ALL', 'READ'], 'assignment rules'],
  ['workflow_rules', any, 'workflow rules'],
  ['automation_actions', any, 'automation actions'],
  ['scoring_rules', any, 'scoring rules'],
  ['cadences', ['ALL', 'READ'], 'cadences'],
  ['duplicate_check_preference', any, 'duplicate check'],
  ['data_sharing', any, 'data sharing settings'],
  ['record_locking_configurations', any, 'record locking rules'],
  ['currencies', ['ALL', 'CREATE', 'READ', 'UPDATE'], 'currencies'],
  ['business_hours', any, 'business hours'],
  ['fiscal_year', ['READ', 'UPDATE'], 'fiscal year'],
  ['holidays', any, 'holidays'],
  ['shift_hours', any, 'shift hours'],
  ['tags', any, 'tags'],
  ['variables', any, 'variables'],
  ['variable_groups', ['ALL', 'READ'], 'variable groups'],
  ['emails', any, 'e-mail settings'],
  ['mailmerge', ['CREATE'], 'mail merge'],
  ['unsubscribe', any, 'unsubscribe links'],
  ['audit_logs', ['ALL', 'CREATE', 'READ'], 'audit log'],
  ['recycle_bin', ['ALL', 'READ', 'UPDATE', 'DELETE'], 'recycle bin'],
  ['storage_analytics', ['READ', 'CREATE'], 'storage analytics'],
  ['signals', ['ALL', 'READ'], 'signals'],
  ['intelligence', ['ALL', 'CREATE', 'READ'], 'intelligence settings'],
];

const crm = (name: string, operations: readonly Operation[], subject: string): ScopeGroup => ({
  name: `ZohoCRM.${name}`,
  operations,
  subject,
  organizationBound: true,
});

const companion = (name: string, operations: readonly Operation[], subject: string): ScopeGroup => ({
  name,
  operations,
  subject,
  organizationBound: false,
});

const perModule = (family: string, operations: readonly Operation[], subject: string, tokens: readonly string[]) =>
  tokens.map((token) => crm(`${family}.${token}`, operations, `${subject} ${moduleSubjects[token] ?? token}`));

const recordModules = Object.keys(moduleSubjects).slice(0, 21);
const mailModules = [
  'leads',
  'accounts',
  'contacts',
  'deals',
  'quotes',
  'salesorders',
  'purchaseorders',
  'invoices',
  'cases',
  'custom',
];

export const scopeCatalogue: readonly ScopeGroup[] = [
  crm('org', any, 'the details of your organization'),
  crm('users', any, 'the users of your organization'),
  crm('modules', moduleOperations, 'the records of all your CRM modules'),
  ...Object.entries(moduleSubjects).map(([token, subject]) =>
    crm(`modules.${token}`, moduleOperations, `your ${subject}`),
  ),
  ...perModule('modules.emails', any, 'e-mails of your', recordModules),
  crm('settings', moduleOperations, 'all CRM settings'),
  ...settingsAreas.map(([area, operations, subject]) => crm(`settings.${area}`, operations, `the ${subject}`)),
  crm('bulk', any, 'large exports and imports of your CRM records'),
  crm('bulk.backup', ['ALL', 'CREATE', 'READ', 'UPDATE'], 'backups of your CRM data'),
  crm('notifications', any, 'notifications about changes of your CRM records'),
  crm('coql', ['READ'], 'your CRM records with queries'),
  crm('composite_requests', ['CUSTOM'], 'several CRM calls in one'),
  crm('files', ['ALL', 'CREATE', 'READ'], 'files of your CRM records'),
  crm('functions.execute', ['READ', 'CREATE'], 'your CRM functions'),
  crm('templates', ['READ'], 'your templates'),
  crm('templates.email', ['READ'], 'your e-mail templates'),
  crm('templates.inventory', ['READ'], 'your inventory templates'),
  crm('send_mail', ['ALL', 'CREATE'], 'e-mails sent in your name'),
  crm('send_mail.all', ['CREATE'], 'e-mails sent in your name'),
  ...perModule('send_mail', ['CREATE'], 'e-mails sent in your name to your', mailModules),
  crm('share', any, 'sharing of your records'),
  ...perModule('share', any, 'sharing of your', recordModules),
  crm('change_owner', ['ALL', 'CREATE', 'READ'], 'owners of your records'),
  ...perModule('change_owner', ['ALL', 'CREATE', 'READ'], 'owners of your', recordModules),
  crm('mass_update', ['ALL', 'READ', 'UPDATE'], 'many records at once'),
  ...perModule('mass_update', ['ALL', 'READ', 'UPDATE'], 'many at once of your', recordModules),
  crm('mass_delete', ['ALL', 'READ', 'DELETE'], 'many records at once'),
  ...perModule('mass_delete', ['ALL', 'READ', 'DELETE'], 'many at once of your', recordModules),
  crm('mass_convert', ['ALL', 'CREATE', 'READ'], 'conversion of many records at once'),
  ...perModule('mass_convert', ['ALL', 'CREATE', 'READ'], 'conversion of many of your', [
    'leads',
    'quotes',
    'salesorders',
  ]),
  crm('zia.enrichment', any, 'enriched data of your records'),
  crm('apis', ['ALL', 'READ'], 'the list of CRM calls'),
  crm('features', ['ALL', 'READ'], 'the list of CRM features'),
  crm('digest', ['CREATE'], 'digests'),
  crm('signals', ['ALL'], 'signals'),
  companion('ZohoFiles.files', ['ALL', 'CREATE'], 'files that you upload'),
  companion('ZohoSearch.securesearch', ['READ'], 'your records with the search'),
  companion('AaaServer.profile', ['ALL', 'READ'], 'your name and e-mail address'),
  companion('profile.userphoto', ['READ'], 'your photo'),
  companion('ZohoProfile.userinfo', ['READ'], 'your name and e-mail address'),
];

/** OpenID Connect scopes: bare words with a sentence each. */
export const openIdScopes: Readonly<Record<string, string>> = {
  openid: 'Know who you are',
  email: 'See your e-mail address',
  profile: 'See your name',
  phone: 'See your phone number',
};

/** Scopes of the standard dialect alone: the platform's knows no such words (OpenID Connect Core §11). */
export const standardScopes: Readonly<Record<string, string>> = {
  offline_access: 'Keep this access while you are away',
};

const verbs: Readonly<Record<Operation, string>> = {
  ALL: 'See, add, change and delete',
  READ: 'See',
  CREATE: 'Add',
  UPDATE: 'Change',
  DELETE: 'Delete',
  WRITE: 'Add and change',
  CUSTOM: 'Send',
};

/** The sentence for people: what a client may do with `operation` on `group`. */
export function describeScope(group: ScopeGroup, operation: Operation): string {
  return `${verbs[operation]} ${group.subject}`;
}
