import { type CsvStyle, csvLine } from '../../../../foundation/csv.ts';
import type { RunningJob } from '../../../jobs/running-job.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import type { ErrorBody } from '../../../kernel/errors.ts';
import { type MappedColumn, textOf } from './row-items.ts';
import type { RowOutcome } from './write-rows.ts';

const shownColumns = 3;

/** The first line of a result file. */
export function headLine(columns: readonly MappedColumn[], header: readonly string[], style: CsvStyle): string {
  const names = shown(columns).map(({ mapping }) => header[mapping.index ?? 0] ?? mapping.api_name);
  return csvLine([...names, 'STATUS', 'RECORD_ID', 'ERRORS'], style);
}

/** The lines that tell what became of rows. */
export function resultLines(
  columns: readonly MappedColumn[],
  rows: readonly (readonly string[])[],
  outcomes: readonly RowOutcome[],
  style: CsvStyle,
): string {
  const first = shown(columns);
  return rows
    .map((row, place) => {
      const { status, id, failures } = outcomes[place] as RowOutcome;
      // NUL is the one character that the database cannot keep.
      const cells = first.map(({ mapping }) => textOf(row, mapping).replaceAll('\u0000', '').toWellFormed());
      return csvLine([...cells, status, id ?? '', errorText(failures)], style);
    })
    .join('');
}

function shown(columns: readonly MappedColumn[]): readonly MappedColumn[] {
  return columns.filter(({ mapping }) => mapping.index !== null).slice(0, shownColumns);
}

/** The lines of a resource that were noted, in pieces that end with a line. */
export async function* notedLines(call: CrmCall, running: RunningJob, resource: number): AsyncGenerator<string> {
  for (let after = -2; ; ) {
    await running.keep();
    const [row] = await call.store.database.query<{ first_row: number; lines: string }>({
      text: `SELECT first_row, lines FROM crm_bulk_lines
             WHERE data_space = $1 AND job_id = $2 AND resource = $3 AND first_row > $4 ORDER BY first_row LIMIT 1`,
      values: [running.job.dataSpace, running.job.id, resource, after],
    });
    if (!row) return;
    yield row.lines;
    after = row.first_row;
  }
}

/** `MANDATORY_NOT_FOUND-Company,Last_Name:DUPLICATE_DATA-Email` (crm-api 9.2) */
export function errorText(failures: readonly ErrorBody[]): string {
  const byCode = new Map<string, string[]>();
  for (const { code, details } of failures) {
    const shown = code === 'RECORD_LOCKED' ? 'BLOCKED_RECORD' : code;
    const names = byCode.get(shown) ?? [];
    byCode.set(shown, names);
    if (details.api_name !== undefined && !names.includes(String(details.api_name)))
      names.push(String(details.api_name));
  }
  return [...byCode].map(([code, names]) => (names.length === 0 ? code : `${code}-${names.join(',')}`)).join(':');
}
