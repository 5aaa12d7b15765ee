import { badInput } from '../../admin/failure.ts';
import { counted } from '../../foundation/counted.ts';

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const part = String.raw`\d+(?:\.\d+)?(?:ms|[smhdw])`;
const whole = new RegExp(`^(?:${part})+$`);

/** A length of time as people write it: `61m`, `1h30m`, `500ms`. Milliseconds. @throws AdminFailure */
export function parseDuration(text: string, what = 'the duration'): number {
  if (!whole.test(text)) {
    throw badInput(
      `${what}: expected a number with a unit (ms, s, m, h, d, w) like 61m or 1h30m, got "${text.slice(0, 50)}"`,
    );
  }
  let ms = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(number) * (unitMs[unit ?? ''] ?? 0);
  }
  return Math.round(ms);
}

/** A length of time for people: "61 minutes", "2 days 3 hours". */
export function describeDuration(ms: number): string {
  const units: [string, number][] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ];
  const size = Math.abs(ms);
  // One unit where it comes out even or nearly so: 61 minutes rather than 1 hour 1 minute.
  const [name, unit] = units.find(([, each]) => size >= 2 * each) ?? ['second', 1000];
  return counted(Math.round(size / unit), name);
}
