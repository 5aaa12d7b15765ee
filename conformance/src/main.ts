import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { departures } from './contracts/departures.ts';
import { typeDepartures } from './declared-types/departures.ts';
import { securityRows } from './security-rows.ts';
import { vectors } from './vectors.ts';

/**
 * `npm run conformance`: runs the tests that carry a vector's number, the foreign clients and the contract calls, and
 * prints one line per vector, row of the security checklist and client with how many tests proved it, and one per operation of the contract documents
 * with how many good and bad calls did. Exit code 1 when one failed or has no test.
 */
interface TestResult {
  readonly fullName: string;
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo';
}

interface Report {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly TestResult[] }[];
}

const root = fileURLToPath(new URL('../../', import.meta.url));

const securityId = `\\b(?:${Object.keys(securityRows).join('|')})\\b`;
const wanted = `\\bT\\d+\\b|foreign client|^contract|${securityId}`;

/** The test files that name a vector, a client or the contract: the others need not even be loaded. */
function testFiles(): string[] {
  const name = new RegExp(`${wanted}|'contract'`);
  const files = globSync(['server/src/**/*.test.ts', 'sdk/*/src/**/*.test.ts', 'conformance/**/*.test.ts'], {
    cwd: root,
  });
  return files.filter((file) => name.test(readFileSync(join(root, file), 'utf8')));
}

function runTests(): Report {
  const folder = mkdtempSync(join(tmpdir(), 'grantway-conformance-'));
  const file = join(folder, 'report.json');
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  const args = [vitest, 'run', '--reporter=json', `--outputFile=${file}`, '-t', wanted, ...testFiles()];
  spawnSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  rmSync(folder, { recursive: true });
  return report;
}

const results = runTests().testResults.flatMap((file) => file.assertionResults);
const ran = results.filter((result) => result.status === 'passed' || result.status === 'failed');
let missing = 0;

function printRow(name: string, meaning: string, tests: readonly TestResult[]): void {
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failed = tests.length - passed;
  const verdict = tests.length === 0 ? 'no test' : failed > 0 ? `${failed} failed` : 'ok';
  if (verdict !== 'ok') missing++;
  process.stdout.write(`${name.padEnd(4)} ${verdict.padEnd(9)} ${String(passed).padStart(3)}  ${meaning}\n`);
}

process.stdout.write('VECTOR         TESTS\n');
for (const [name, meaning] of Object.entries(vectors)) {
  const pattern = new RegExp(`\\b${name}\\b`);
  printRow(
    name,
    meaning,
    ran.filter((test) => pattern.test(test.fullName)),
  );
}
/** Why a row of the checklist does not apply: its line `- ID: reason` in docs/security.md. */
function reasonsNotApplicable(): ReadonlyMap<string, string> {
  const text = readFileSync(join(root, 'docs', 'security.md'), 'utf8');
  const lines = text.matchAll(/^- ([A-Z]+-\d\d): (.+)$/gm);
  return new Map([...lines].map(([, id = '', reason = '']) => [id, reason]));
}

process.stdout.write('\nSECURITY CHECKLIST       TESTS\n');
const reasons = reasonsNotApplicable();
for (const [id, meaning] of Object.entries(securityRows)) {
  const tests = ran.filter((test) => test.fullName.includes(id));
  const failures = tests.filter((test) => test.status === 'failed').length;
  const reason = tests.length === 0 ? reasons.get(id) : undefined;
  const verdict = reason !== undefined ? 'not applicable' : failures > 0 || tests.length === 0 ? 'fail' : 'pass';
  if (verdict === 'fail') missing++;
  const count = String(tests.length - failures).padStart(3);
  process.stdout.write(`${id.padEnd(8)} ${verdict.padEnd(14)} ${count}  ${meaning}${reason ? ` (${reason})` : ''}\n`);
}
process.stdout.write('\nFOREIGN CLIENT TESTS\n');
const foreign = ran.filter((test) => test.fullName.includes('foreign client'));
const clients = new Set(foreign.map((test) => /foreign client ([^>:]+?)(?::| >|$)/.exec(test.fullName)?.[1] ?? '?'));
for (const client of [...clients].sort()) {
  printRow(
    '',
    client,
    foreign.filter((test) => test.fullName.includes(client)),
  );
}
process.stdout.write('\nCONTRACTS      GOOD BAD\n');
const contracts = ran.flatMap((test) => {
  const match = /^contract (\S+)\.json (\S+) (\S+): (\d+) good, (\d+) bad$/.exec(test.fullName);
  return match ? [{ test, words: match.slice(1) as [string, string, string, string, string] }] : [];
});
for (const { test, words } of contracts) {
  const [area, method, path, good, bad] = words;
  if (test.status === 'failed') missing++;
  const verdict = test.status === 'passed' ? 'ok' : 'failed';
  const counts = `${good.padStart(4)} ${bad.padStart(3)}`;
  process.stdout.write(`     ${verdict.padEnd(9)} ${counts}  ${area.padEnd(22)} ${method.padEnd(6)} ${path}\n`);
}
if (contracts.length === 0) {
  process.stdout.write(
    '     The contract documents are not available; expected GRANTWAY_CONTRACTS to name their folder.\n',
  );
} else {
  process.stdout.write('\nWHERE A CONTRACT DOCUMENT IS NOT FOLLOWED\n');
  for (const { document, operation, documented, instead } of departures)
    process.stdout.write(`     ${document} ${operation}\n       it says: ${documented}\n       here: ${instead}\n`);
}
process.stdout.write('\nWHERE METADATA IS OF ANOTHER TYPE THAN A LIBRARY DECLARES\n');
for (const { at, versions, declared, instead } of typeDepartures)
  process.stdout.write(`     ${at} (${versions.join(', ')})\n       it says: ${declared}\n       here: ${instead}\n`);
const failed = ran.filter((test) => test.status === 'failed').length;
process.stdout.write(`\n${ran.length - failed} passed, ${failed} failed\n`);
process.exitCode = missing > 0 || failed > 0 ? 1 : 0;
