import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { type Settings, settingsSchema } from './settings.ts';

/** One lifetime, limit or switch, for lists and documentation. */
export interface DescribedSetting {
  /** Dotted name, as in the config file. */
  readonly name: string;
  readonly value: unknown;
  readonly default: unknown;
  readonly description: string;
}

const groups = ['lifetimes', 'limits', 'inspector', 'database', 'outgoingCalls', 'compatibility'] as const;
type Properties = Readonly<Record<string, TSchema & { default?: unknown; description?: string }>>;

function propertiesOf(group: (typeof groups)[number]): Properties {
  return settingsSchema.properties[group].properties as unknown as Properties;
}

/** All lifetimes, limits and switches with the values in force. */
export function describeSettings(settings: Settings): DescribedSetting[] {
  return groups.flatMap((group) =>
    Object.entries(propertiesOf(group)).map(([key, schema]) => ({
      name: `${group}.${key}`,
      value: (settings[group] as Readonly<Record<string, unknown>>)[key],
      default: schema.default,
      description: schema.description ?? '',
    })),
  );
}

/** The schema of the lifetime, limit or switch of that dotted name. */
export function settingSchema(name: string): TSchema | undefined {
  const [group, key = ''] = name.split('.');
  const known = groups.find((each) => each === group);
  return known && Object.hasOwn(propertiesOf(known), key) ? propertiesOf(known)[key] : undefined;
}

/** Whether the setting of that dotted name may have the value. */
export function isSettingValue(name: string, value: unknown): boolean {
  const schema = settingSchema(name);
  return schema !== undefined && Value.Check(schema, value);
}
