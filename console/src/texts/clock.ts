import { tellEffects } from '../../../server/src/lab/clock/tell-effects.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** "61 minutes": the largest unit of which there are two or more. */
function lengthOf(ms: number): string {
  const size = Math.abs(ms);
  const [name, unit] = units.find(([, each]) => size >= 2 * each) ?? units[3];
  const count = Math.round(size / unit);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

/** Texts of the bar that tells and moves the platform's time. */
export const clockTexts = {
  label: 'Clock of the lab',
  offset: (ms: number) =>
    Math.abs(ms) < 1000
      ? 'The lab is open. It is real time here.'
      : `It is ${lengthOf(ms)} ${ms > 0 ? 'later' : 'earlier'} here.`,
  speed: (speed: number) => (speed === 0 ? 'The time stands still.' : `The time runs ${speed} times as fast.`),
  move: 'Move the time',
  advanceBy: 'Move on by',
  advanceHint: 'Like 61m, 1h30m or 2d',
  advance: 'Move on',
  reset: 'Back to real time',
  stop: 'Stop the time',
  run: 'Let the time run',
  effects: (effects: Readonly<Record<string, number>>) => {
    const ended = tellEffects(effects);
    return ended.length === 0 ? 'Nothing ended by this.' : `By this: ${ended.join(', ')}.`;
  },
};
