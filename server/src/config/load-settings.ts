import { Value } from 'typebox/value';
import { UsableFailure } from '../foundation/failure.ts';
import { readJsonText } from '../foundation/json-text.ts';
import { describeFaults } from '../foundation/schema-fault.ts';
import { readTextFile } from '../foundation/text-file.ts';
import {
  type DataCenter,
  knownDataCenters,
  localDataCenter,
  type Origin,
  type Service,
  services,
  Topology,
} from './data-centers.ts';
import { isResourceServer, type Role } from './roles.ts';
import { type Settings, settingsSchema } from './settings.ts';

/**
 * Settings from a plain object (a parsed config file); defaults are filled in. Throws UsableFailure naming each fault.
 * @param leftOut ids of data centres that may be named as well, although this process has them not.
 */
export function parseSettings(input: unknown, source = 'the settings', leftOut: readonly string[] = []): Settings {
  const value = Value.Default(settingsSchema, Value.Clone(input));
  const faults = Value.Errors(settingsSchema, value);
  if (faults.length > 0) {
    const described = describeFaults(settingsSchema, faults, value).map(({ message }) => message);
    throw new UsableFailure(`${source}: ${described.slice(0, 5).join('; ')}`);
  }
  const settings = value as Settings;
  if (settings.production && !settings.database.durable) {
    throw new UsableFailure(
      `${source}: "production": true refuses "database": {"durable": false}; expected one of the two`,
    );
  }
  checkSignUp(settings, source, leftOut);
  return settings;
}

function checkSignUp({ dataCenters, signUp }: Settings, source: string, leftOut: readonly string[]): void {
  if (typeof signUp === 'boolean') return;
  const ids = dataCenters.map((entry) => (typeof entry === 'string' ? entry : entry.id));
  const place = signUp.findIndex((id) => !ids.includes(id) && !leftOut.includes(id));
  if (place === -1) return;
  throw new UsableFailure(
    `${source}: /signUp/${place}: expected one of the data centres ${ids.join(', ')}, got "${signUp[place]}"`,
  );
}

/** What a JSON config file says. @throws UsableFailure */
export function readSettingsFile(path: string): unknown {
  const what = 'the config file';
  return readJsonText(readTextFile(path, what), `${what} "${path}"`);
}

/** The data centres that the settings name, each with its origins and ports. Throws UsableFailure. */
export function buildTopology(settings: Settings): Topology {
  const dataCenters: DataCenter[] = [];
  for (const entry of settings.dataCenters) {
    const declared = typeof entry === 'string' ? { id: entry } : entry;
    const index = knownDataCenters.findIndex((known) => known.id === declared.id);
    const known = knownDataCenters[index];
    // Refused whoever starts with it.
    tokenAuthorityOf(settings, declared.id);
    if (dataCenters.some((other) => other.id === declared.id)) {
      throw new UsableFailure(`data centre "${declared.id}" is named twice`);
    }
    const realm = ('realm' in declared ? declared.realm : undefined) ?? known?.realm ?? 'global';
    if (known) {
      const local = localDataCenter(declared.id, realm, index, settings.basePort);
      const origins = ('origins' in declared && declared.origins) || local.origins;
      dataCenters.push({ ...local, origins, ports: ('ports' in declared && declared.ports) || local.ports });
      continue;
    }
    if (!('origins' in declared) || !declared.origins) {
      const ids = knownDataCenters.map((each) => each.id).join(', ');
      throw new UsableFailure(
        `data centre "${declared.id}" is not one of the known ones (${ids}) and its config entry declares no origins`,
      );
    }
    dataCenters.push({
      id: declared.id,
      realm,
      origins: declared.origins,
      ports: declared.ports ?? portsOf(declared.id, declared.origins),
    });
  }
  return new Topology(dataCenters);
}

/** The origin of the accounts server that the API of a data centre asks about tokens; undefined: it asks the database. Throws UsableFailure. */
export function tokenAuthorityOf({ dataCenters }: Pick<Settings, 'dataCenters'>, id: string): Origin | undefined {
  const entry = dataCenters.find((each) => typeof each !== 'string' && each.id === id);
  const place = typeof entry === 'object' ? entry.tokenAuthority : undefined;
  if (place === undefined || place === 'database') return undefined;
  if (URL.canParse(place) && /^https?:\/\/[^/?#@\s]+$/.test(place)) return place;
  throw new UsableFailure(
    `data centre "${id}": tokenAuthority: expected "database", or the origin of its accounts server like "https://accounts.example.com"; got "${place}"`,
  );
}

/**
 * The accounts server that a process with these roles asks about tokens of the data centre; undefined: it works on the tables of
 * the accounts server itself. Throws UsableFailure.
 */
export function accountsElsewhere(
  settings: Pick<Settings, 'dataCenters'>,
  roles: ReadonlySet<Role>,
  id: string,
): Origin | undefined {
  return isResourceServer(roles) ? tokenAuthorityOf(settings, id) : undefined;
}

/** Without declared ports a data centre listens where its origins say. */
function portsOf(id: string, origins: Record<Service, string>): Record<Service, number> {
  const ports = {} as Record<Service, number>;
  for (const service of services) {
    const url = new URL(origins[service]);
    const port = Number(url.port);
    if (!port) {
      throw new UsableFailure(
        `data centre "${id}": origin ${origins[service]} names no port; declare "ports" to say where to listen`,
      );
    }
    ports[service] = port;
  }
  return ports;
}

/** @throws UsableFailure where the lab is wanted on a platform that is in production. */
export function refuseLabInProduction(settings: Settings, lab = false): void {
  if (!lab || !settings.production) return;
  throw new UsableFailure(
    'the configuration says "production": true, which refuses --lab; start without --lab, or take "production" out of it',
  );
}
