import { parseSettings, readSettingsFile } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { DatabaseUrls } from '../databases.ts';
import { UsableFailure } from '../foundation/failure.ts';
import type { StartOptions } from './start-options.ts';

/** Settings from the config file, with what the command line says instead. Throws UsableFailure. */
export function resolveSettings(options: StartOptions): Settings {
  const settings: Record<string, unknown> = { ...readConfig(options) };
  if (options.basePort !== undefined) settings.basePort = options.basePort;
  const declared = Array.isArray(settings.dataCenters) ? settings.dataCenters : [];
  if (options.dataCenters !== undefined) settings.dataCenters = chooseDataCenters(options.dataCenters, declared);
  if (options.otel) settings.tracing = true;
  const smtpUrl = process.env.GRANTWAY_SMTP_URL;
  if (smtpUrl) settings.mail = { ...(settings.mail as object | undefined), smtpUrl };
  const source = options.config === undefined ? 'the options' : `the config file ${options.config}`;
  return parseSettings(settings, source, declared.map(idOf));
}

/** What the config file says; nothing where there is none. */
function readConfig({ config }: StartOptions): object {
  const file = config === undefined ? {} : readSettingsFile(config);
  if (typeof file === 'object' && file !== null && !Array.isArray(file)) return file;
  throw new UsableFailure(`the config file ${config} must hold one JSON object`);
}

/** Whether the config file says which data centres there are. Throws UsableFailure. */
export function configNamesDataCenters(options: StartOptions): boolean {
  return 'dataCenters' in readConfig(options);
}

/** Ids of the command line; what the config file declares of one of them stays. */
function chooseDataCenters(ids: readonly string[], declared: readonly unknown[]): unknown[] {
  return ids.map((id) => declared.find((entry) => typeof entry !== 'string' && idOf(entry) === id) ?? id);
}

/** The id of an entry that was not checked yet. */
function idOf(entry: unknown): string {
  return String(typeof entry === 'object' ? (entry as { id?: unknown } | null)?.id : entry);
}

const variableName = (id: string, name: 'URL' | 'READ_URL') => `GRANTWAY_DC_${id.toUpperCase()}_${name}`;

/** What of the databases' variables is probably a mistake, although it can be started with; one line each. */
export function doubtfulDatabaseUrls(settings: Settings): string[] {
  const ids = settings.dataCenters.map(idOf);
  const known = new Set(ids.flatMap((id) => [variableName(id, 'URL'), variableName(id, 'READ_URL')]));
  const unknown = Object.entries(process.env)
    .filter(([name, value]) => /^GRANTWAY_DC_.*_URL$/.test(name) && value && !known.has(name))
    .map(([name]) => `${name} is not used: expected one of the data centres ${ids.join(', ')}`);
  const { directory, dataCenters } = resolveDatabaseUrls(settings);
  const embedded = ids.filter((id) => dataCenters[id] === undefined);
  if (directory === undefined || embedded.length === 0) return unknown;
  const missing = embedded.map((id) => variableName(id, 'URL')).join(', ');
  return [
    ...unknown,
    `the directory is in a database of your own, ${embedded.join(', ')} in the embedded one: set ${missing}`,
  ];
}

/** URLs of PostgreSQL servers of one's own: environment before config file. */
export function resolveDatabaseUrls(settings: Settings): DatabaseUrls {
  const dataCenters: Record<string, string> = {};
  const replicas: Record<string, string> = {};
  for (const entry of settings.dataCenters) {
    const id = typeof entry === 'string' ? entry : entry.id;
    const declared = typeof entry === 'string' ? undefined : entry;
    const url = process.env[variableName(id, 'URL')] || declared?.databaseUrl;
    if (url) dataCenters[id] = url;
    const readUrl = process.env[variableName(id, 'READ_URL')] || declared?.readDatabaseUrl;
    if (!readUrl) continue;
    if (!url) {
      throw new UsableFailure(
        `${variableName(id, 'READ_URL')}: expected ${variableName(id, 'URL')} beside it, the database that it is a replica of, got none`,
      );
    }
    replicas[id] = readUrl;
  }
  // A variable that is there and empty is one that is not set, as Compose hands it on.
  return { directory: process.env.GRANTWAY_DIRECTORY_URL || settings.directoryUrl, dataCenters, replicas };
}
