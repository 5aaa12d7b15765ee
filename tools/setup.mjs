// What `npm start` and `npm test` do first: install the packages when they are missing or out of date (with --run-only those
// that tests and checks do not need alone), build the SDKs and the API console when their sources changed, and with
// --browser find a Chromium. Runs on any Node from 20 on, before there are packages.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, findHaproxy, findRedis } from './find-programs.mjs';
import { runChild } from './run-child.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** The Node that came with the packages: it runs TypeScript directly. */
export const bundledNode = join(root, 'node_modules', '.bin', 'node');
/** Where Node keeps what it compiled, so that the next start need not (`module.enableCompileCache`); `npm ci` empties it. */
export const compileCache = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compiled') };
/** What the platform serves, and what its sample apps import; `built` is there last. */
const sdks = [
  { name: 'the browser SDK', folder: 'browser', built: 'zcrmsdk.js' },
  { name: 'the server SDK', folder: 'node', built: 'node/src/index.js' },
  // The phone app has it in its own build; only those who pack it need this one.
  { name: 'the native SDK', folder: 'native', built: 'native/src/index.js', onlyPacked: true },
];
/** What vite builds. */
const pages = [
  { name: 'the API console', folder: 'console' },
  { name: 'the phone app', folder: join('examples', 'mobile', 'web') },
];

/**
 * Does what is missing. Cut short at any moment, it leaves what the next call completes.
 * @param {{ runOnly?: boolean, browser?: boolean, redis?: boolean, proxy?: boolean }} options `runOnly`: without the development packages,
 *   which are five sixths of all
 */
export async function setUp({ runOnly = false, browser = false, redis = false, proxy = false } = {}) {
  if (!packagesAreInstalled(runOnly)) await installPackages(runOnly);
  await Promise.all([
    ...sdks
      .filter((sdk) => !(runOnly && sdk.onlyPacked) && sdkIsStale(sdk))
      .map(({ name, folder }) => run(bundledNode, [join('sdk', folder, 'build.ts')], `${name} could not be built`)),
    ...pages.filter(pagesAreStale).map(buildPages),
  ]);
  if (browser) await ensureProgram(chromium);
  if (redis) await ensureProgram(redisServer);
  if (proxy) await ensureProgram(haproxy);
}

/** @type {Program} */
const chromium = {
  name: 'Chromium',
  variable: 'GRANTWAY_CHROMIUM',
  package: 'chromium',
  need: 'the browser tests need Chromium',
  find: findChromium,
};

/** @type {Program} */
const redisServer = {
  name: 'Redis',
  variable: 'GRANTWAY_REDIS',
  package: 'redis-server',
  need: 'the tests of the Redis token store need a Redis or Valkey server',
  find: findRedis,
};

/** @type {Program} */
const haproxy = {
  name: 'HAProxy',
  variable: 'GRANTWAY_HAPROXY',
  package: 'haproxy',
  need: 'the test of several processes behind one address needs HAProxy',
  find: findHaproxy,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp({ browser: process.argv.includes('--browser'), redis: process.argv.includes('--redis') });
}

function packagesAreInstalled(runOnly) {
  const { missing, others } = comparePackages(runOnly);
  return existsSync(bundledNode) && missing === 0 && others === 0;
}

/** Compares the lock file with the one that npm leaves in node_modules: packages that are missing, and those of other versions. */
function comparePackages(runOnly) {
  const installed = join(root, 'node_modules', '.package-lock.json');
  const there = existsSync(installed) ? JSON.parse(readFileSync(installed, 'utf8')).packages : {};
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const packages = Object.entries(wanted).filter(([path]) => path.includes('node_modules/'));
  const mayLack = ({ optional, dev }) => optional || (runOnly && dev);
  return {
    some: Object.keys(there).length > 0,
    missing: packages.filter(([path, each]) => !there[path] && !mayLack(each)).length,
    others: packages.filter(([path, { version }]) => there[path] && there[path].version !== version).length,
  };
}

async function installPackages(runOnly) {
  say('Installing packages …');
  const npm = process.env.npm_execpath;
  const { some, others } = comparePackages(runOnly);
  // `npm ci` empties node_modules first. A platform that runs from there, without the development packages, would find none of what
  // it has not loaded yet; so where packages are only missing, they are added.
  const way = some && others === 0 && existsSync(bundledNode) ? ['install', '--no-save'] : ['ci'];
  const args = [...way, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  if (runOnly) args.push('--omit=dev');
  const failure = 'the packages could not be installed';
  // `npm pack --dry-run` tells its scripts to do nothing; they have to, nevertheless.
  const env = { ...process.env, npm_config_dry_run: 'false' };
  if (npm) await run(process.execPath, [npm, ...args], failure, env);
  else await run('npm', args, failure, env);
  if (!existsSync(bundledNode)) fail(`there is no Node 26 package for ${process.platform}-${process.arch}`);
}

function sdkIsStale({ folder, built: file }) {
  const built = join(root, 'sdk', folder, 'dist', file);
  if (!existsSync(built)) return true;
  const builtMs = statSync(built).mtimeMs;
  // What all SDKs share is built into each.
  const folders = ['common', join(folder, 'src')].map((each) => join(root, 'sdk', each));
  const sources = folders.flatMap((each) => readdirSync(each, { recursive: true, withFileTypes: true }));
  return sources.some(
    (file) => file.isFile() && statSync(join(file.parentPath ?? file.path, file.name)).mtimeMs > builtMs,
  );
}

/** Compares the sources of the pages with those that they were built from (`tools/list-sources.ts`). */
function pagesAreStale({ folder }) {
  const list = join(root, folder, 'dist', 'sources.json');
  if (!existsSync(list)) return true;
  const built = JSON.parse(readFileSync(list, 'utf8'));
  return Object.entries(built).some(([path, hash]) => {
    const file = join(root, path);
    return !existsSync(file) || createHash('sha256').update(readFileSync(file)).digest('hex') !== hash;
  });
}

async function buildPages({ name, folder }) {
  say(`Building ${name} …`);
  const vite = join('node_modules', 'vite', 'bin', 'vite.js');
  await run(bundledNode, [vite, 'build', folder, '--logLevel', 'error'], `${name} could not be built`);
}

/**
 * A program that only tests need.
 * @typedef {{ name: string, variable: string, package: string, need: string, find: () => string | undefined }} Program
 */

/** @param {Program} program */
function isThere({ variable, find }) {
  const found = find();
  if (found && !existsSync(found)) fail(`${variable} names ${found}, which does not exist`);
  return found !== undefined;
}

/**
 * Installs it with Debian's packages where that is possible; says what is missing where it is not.
 * @param {Program} program
 */
async function ensureProgram(program) {
  if (isThere(program)) return;
  const missing = `${program.need}: install it (Debian: apt-get install ${program.package}) or name it in ${program.variable}`;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args) => runChild('apt-get', args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  if (process.getuid?.() !== 0 || (await aptGet('--version')).status !== 0) fail(missing);
  say(`Installing ${program.name} …`);
  // An installation that was cut short has to be completed before there can be another; usually there is nothing to do.
  await runChild('dpkg', ['--configure', '-a'], { env, stdio: 'ignore' });
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', program.package]]) {
    const { status, stderr } = await aptGet('-q', ...args);
    if (status !== 0) fail(`${missing} (apt-get said: ${stderr.trim().split('\n').at(-1)})`);
  }
  if (!isThere(program)) fail(missing);
}

async function run(command, args, failure, env = process.env) {
  const { status, error } = await runChild(command, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) fail(error ? `${failure}: ${error.message}` : failure);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(`grantway: ${text}`);
  process.exit(1);
}
