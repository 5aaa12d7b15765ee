import { parseSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import type { Database } from '../database/database.ts';
import { keyedHash } from '../foundation/secrets.ts';
import { readFact, writeFact } from './facts.ts';
import { settingsFact } from './known-data-centers.ts';

/** Dotted names of settings with a keyed hash of the value: values may be secret (database URLs). */
type Recorded = Readonly<Record<string, string>>;

/**
 * Remembers the settings that a data centre starts with.
 * @returns the dotted names of those that are others than at its start before, sorted; none at its first start. A setting
 * that a newer release brought counts only when it is not at its default.
 */
export async function changedSettings(
  directory: Database,
  key: Buffer,
  dataCenterId: string,
  settings: Settings,
): Promise<string[]> {
  const now = recordOf(key, settings);
  const fact = `${settingsFact}${dataCenterId}`;
  const known = await readFact(directory, fact);
  const value = JSON.stringify(now);
  if (known === value) return [];
  await writeFact(directory, fact, value);
  if (known === undefined) return [];
  const before = JSON.parse(known) as Recorded;
  const defaults = recordOf(key, parseSettings({}));
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].filter((name) => (before[name] ?? defaults[name]) !== now[name]).sort();
}

function recordOf(key: Buffer, settings: Settings): Recorded {
  const leaves = (value: unknown, name: string): [string, string][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(value).flatMap(([part, inner]) => leaves(inner, name === '' ? part : `${name}.${part}`))
      : [[name, keyedHash(key, JSON.stringify(value)).toString('base64url').slice(0, 22)]];
  return Object.fromEntries(leaves(settings, ''));
}
