import { stringify } from 'csv-stringify/sync';
import { type DemoModule, demoModules, demoRecords } from './generate.ts';

/** Prints records of the demo as CSV, for `grantway crm import`: modules whose records point to nothing. */
const module = (process.argv[2] ?? 'Leads') as DemoModule;
const records = demoModules.includes(module) ? demoRecords(module, Date.now()) : [];
if (records.length === 0 || JSON.stringify(records).includes('"@')) {
  process.stderr.write(`print-csv: "${module}" is no module that can be printed alone, such as Leads\n`);
  process.exitCode = 2;
} else {
  process.stdout.write(stringify([...records] as object[], { header: true }));
}
