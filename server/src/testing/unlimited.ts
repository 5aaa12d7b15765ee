import { settingsSchema } from '../config/settings.ts';

/** The settings' `limits` with every limit that can be switched off switched off. */
export const unlimited: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(settingsSchema.properties.limits.properties)
    .filter(([, schema]) => 'minimum' in schema && schema.minimum === 0)
    .map(([name]) => [name, 0]),
);
