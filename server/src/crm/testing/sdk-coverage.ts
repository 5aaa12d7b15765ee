import { addressOf } from '../kernel/operation.ts';
import { operations } from '../operations.ts';
import { type SdkPath, sdkPaths } from './sdk-paths.ts';

/** Which operations of the vendor's SDK are there, and why the others are not: the table in `docs/crm.md`. */

const withoutNames = (path: string): string => path.replaceAll(/\{\w+\}/g, '{}');
const rowPath = (path: string): string => withoutNames(addressOf(path, 'v8'));
/** The paths of the table of operations, without the names of their placeholders. */
export const rows: ReadonlySet<string> = new Set(operations.map(({ path }) => rowPath(path)));
const methods = new Set(operations.map(({ method, path }) => `${method} ${rowPath(path)}`));

/** Where the SDK names a module, a list or a feature that a row has a placeholder for. */
const moreGeneral: readonly (readonly [RegExp, string])[] = [
  [/^\/crm\/v8\/Notes(?=$|\/)/, '/crm/v8/{}'],
  [/^\/crm\/v8\/Leads\/\{\}\/(?=__conversion_options$|actions\/convert$)/, '/crm/v8/{}/{}/'],
  [/^\/crm\/v8\/Leads\/(?=actions\/mass_convert$)/, '/crm/v8/{}/'],
  [/^\/crm\/v8\/Events\/\{\}\/(?=actions\/cancel$)/, '/crm/v8/{}/{}/'],
  [/^\/crm\/v8\/Deals\/\{\}\/Contact_Roles(?=$|\/)/, '/crm/v8/{}/{}/{}'],
  [/^\/crm\/v8\/__features\/(data_enrichment|user_licenses)$/, '/crm/v8/__features/{}'],
];
const rowOf = (path: string): string =>
  moreGeneral.reduce((row, [special, general]) => row.replace(special, general), withoutNames(path));

/** All operations of the SDK, and those of them that call a path of a version. */
export const sdk = sdkPaths();
export const served = sdk.filter(({ path }) => /^\/crm\/(bulk\/|email\/)?v8\//.test(path));

/** Whether a row serves the path, with this method or another one. */
export const hasPath = ({ path }: SdkPath): boolean => rows.has(rowOf(path));

/** Whether a row serves the path with its method. */
export const hasMethod = ({ method, path }: SdkPath): boolean => methods.has(`${method} ${rowOf(path)}`);

/** What the SDK calls by an address of its own: files of jobs, and uploads at another host. */
const elsewhere = ['audit_log_export', 'bulk_write'];

/** Whether the platform has the operation. */
export const isThere = (each: SdkPath): boolean =>
  served.includes(each) ? hasPath(each) && hasMethod(each) : elsewhere.includes(each.area);

const automation = 'Automation runs inside the original; here the channels of notifications tell programs of changes.';
const portals = 'Portals are sites of the original for customers of an organization; here there are none.';
const signals = 'Signals gather what happens in other products of the vendor.';
const zia = 'Zia is a service of the original that looks up data about people and companies elsewhere.';
const appointments = 'Bookings of services are a product of their own.';
const mailing = 'The mailing of the original works in mailboxes that users connect; here mail is only sent.';
const documents = 'Documents made of templates need the office suite of the original.';
const pages = 'Forms and wizards are pages of the original; here pages are the programs of others.';

/** Why an area is not there, or not the whole of it. */
export const decisions: Readonly<Record<string, string>> = {
  appointment_preference: appointments,
  backup: 'Backups are made by whoever operates the platform: `grantway backup`.',
  cadences: automation,
  cadences_execution: automation,
  call_preferences: 'Telephony is a product of its own.',
  digest: 'Summaries of what happened are made by a service of the original.',
  email_configuration_options: mailing,
  email_sharing_details: mailing,
  functions: automation,
  mail_merge: documents,
  portal_invite: portals,
  portal_user_type: portals,
  portals,
  record_share_email: mailing,
  reschedule_history: appointments,
  service_preference: appointments,
  signals,
  signals_notifications: signals,
  unblock_email: mailing,
  unsubscribe_links: mailing,
  user_type_users: portals,
  webforms: pages,
  wizards: pages,
  zia_enrichment: zia,
  zia_org_enrichment: zia,
  zia_people_enrichment: zia,
};

const methodOrder = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The operations by their paths, with the methods of each: "GET, PUT `users/{user}`". */
function listed(operations: readonly SdkPath[]): string {
  const byPath = Map.groupBy(operations, ({ path }) => path);
  const lines = [...byPath].map(([path, calls]) => {
    const names = methodOrder.filter((name) => calls.some(({ method }) => method === name));
    return `${names.join(', ')} \`${path.replace(/^\/(crm\/v8\/)?/, '')}\``;
  });
  return lines.join('<br>') || '–';
}

/** The areas of the SDK, and what of each is there. */
export const areas = [...Map.groupBy(sdk, ({ area }) => area)]
  .map(([area, calls]) => ({ area, there: calls.filter(isThere), missing: calls.filter((each) => !isThere(each)) }))
  .toSorted((one, other) => (one.area < other.area ? -1 : 1));

/** The table of all areas, as it stands in `docs/crm.md`. */
export function coverageTable(): string {
  const there = areas.reduce((sum, area) => sum + area.there.length, 0);
  const lines = areas.map(
    ({ area, there, missing }) =>
      `| ${area} | ${listed(there)} | ${listed(missing)} | ${missing.length === 0 ? '' : (decisions[area] ?? '')} |`,
  );
  return [
    `Of its ${sdk.length} operations ${there} are there. Where nothing else stands before a path, it follows \`/crm/v8/\`.`,
    '',
    '| area | there | not there | why not |',
    '|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const begin = '<!-- operations of the SDK -->\n\n';
const end = '\n\n<!-- /operations of the SDK -->';

/** @returns the page with the table as it has to be, between its marks. */
export function withCoverage(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error('expected the marks "operations of the SDK" in the page, got none');
  return page.slice(0, from + begin.length) + coverageTable() + page.slice(to);
}
