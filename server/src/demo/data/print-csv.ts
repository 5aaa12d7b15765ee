import { csvLine } from '../../foundation/csv.ts';
import { type DemoModule, demoModules, demoRecords } from './generate.ts';

/** Prints records of the demo as CSV, for `grantway crm import`: modules whose records point to nothing. */
const module = (process.argv[2] ?? 'Leads') as DemoModule;
const records = demoModules.includes(module) ? demoRecords(module, Date.now()) : [];
if (records.length === 0 || JSON.stringify(records).includes('"@')) {
  process.stderr.write(`print-csv: "${module}" is no module that can be printed alone, such as Leads\n`);
  process.exitCode = 2;
} else {
  // Every column that some record fills; the first one alone would name too few.
  const names = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const cells = (record: Readonly<Record<string, unknown>>) => names.map((name) => String(record[name] ?? ''));
  process.stdout.write([names, ...records.map(cells)].map((cells) => csvLine(cells)).join(''));
}
