import { ApiError, type CrmClient, GrantwayError, NetworkError, SignInRequiredError } from '@grantway/node';
import { type Bar, barChart } from './chart.ts';

/** A chart of the signed-in user's own data, or why there is none. */
export interface Report {
  readonly title: string;
  readonly summary: string;
  /** SVG; undefined when there is nothing to draw. */
  readonly chart: string | undefined;
}

interface ReportKind {
  readonly title: string;
  readonly module: string;
  /** The picklist whose values are the bars. */
  readonly by: string;
  /** The currency field that is added up; without one records are counted. */
  readonly sum?: string;
}

const kinds: readonly ReportKind[] = [
  { title: 'Leads by status', module: 'Leads', by: 'Lead_Status' },
  { title: 'Deals by stage', module: 'Deals', by: 'Stage', sum: 'Amount' },
];

const mostRecords = 2000;
const mostBars = 8;
const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** The reports of the user, each made of their own records. One that fails says why and leaves the others alone. */
export function makeReports(crm: CrmClient, signal: AbortSignal): Promise<Report[]> {
  return Promise.all(kinds.map((kind, index) => makeReport(crm, kind, index, signal)));
}

async function makeReport(crm: CrmClient, kind: ReportKind, index: number, signal: AbortSignal): Promise<Report> {
  const { title, module, by, sum } = kind;
  try {
    const totals = new Map<string, number>();
    let records = 0;
    const fields = sum === undefined ? [by] : [by, sum];
    for await (const record of crm.records.list(module, { fields, signal })) {
      if (records === mostRecords) break;
      records += 1;
      const name = record[by] === null || record[by] === undefined ? 'None' : String(record[by]);
      totals.set(name, (totals.get(name) ?? 0) + (sum === undefined ? 1 : Number(record[sum] ?? 0)));
    }
    if (records === 0) for (const value of await picklist(crm, kind, signal)) totals.set(value, 0);
    const count = `${number.format(records)} ${module.toLowerCase()}${records === mostRecords ? ' at least' : ''}`;
    const total = [...totals.values()].reduce((all, each) => all + each, 0);
    const summary = sum === undefined ? count : `${count}, ${number.format(total)} in all`;
    return { title, summary, chart: barChart(`chart-${index}`, title, largest(totals), number) };
  } catch (error) {
    if (signal.aborted) return { title, summary: 'The API did not answer in time.', chart: undefined };
    // Without a sign-in no report makes sense; the page says so as a whole.
    if (error instanceof SignInRequiredError || !(error instanceof GrantwayError)) throw error;
    const why = error instanceof NetworkError ? 'The API does not answer' : 'The API refused';
    const status = error instanceof ApiError ? ` (${error.status})` : '';
    return { title, summary: `${why}: ${error.code}${status}. ${error.message}`, chart: undefined };
  }
}

/** The values that the organization knows: what the bars of an empty report are. */
async function picklist(crm: CrmClient, { module, by }: ReportKind, signal: AbortSignal): Promise<string[]> {
  const fields = await crm.metadata.fields(module, { signal });
  const values = fields.find(({ api_name }) => api_name === by)?.pick_list_values as
    | { display_value: string }[]
    | undefined;
  return (values ?? []).map(({ display_value }) => display_value).filter((value) => value !== '-None-');
}

/** The largest values, the rest as one. */
function largest(totals: ReadonlyMap<string, number>): Bar[] {
  const bars = [...totals].map(([label, value]) => ({ label, value })).sort((a, b) => b.value - a.value);
  const rest = bars.slice(mostBars - 1);
  if (rest.length <= 1) return bars;
  const others = rest.reduce((all, { value }) => all + value, 0);
  return [...bars.slice(0, mostBars - 1), { label: `${rest.length} others`, value: others }];
}
