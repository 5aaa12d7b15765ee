import { Type } from 'typebox';

const strict = { additionalProperties: false } as const;

/** The bodies of the lab's calls. */
export const bodies = {
  advance: Type.Object({ duration: Type.String({ description: 'Like 61m, 1h30m, 500ms.' }) }, strict),
  set: Type.Object({ now: Type.String({ description: 'ISO 8601 with its offset.' }) }, strict),
  speed: Type.Object(
    { speed: Type.Number({ description: 'Seconds of the platform in a second of the machine; 0 stops its time.' }) },
    strict,
  ),
};

const iso = Type.String({ format: 'date-time' });
const effects = Type.Record(Type.String(), Type.Integer(), {
  description: 'How much ended, for example access_tokens_expired and codes_expired.',
});

/** What the lab answers. */
export const answers = {
  clock: Type.Object({ now: iso, real: iso, offset_ms: Type.Integer(), speed: Type.Number(), effects }),
};
