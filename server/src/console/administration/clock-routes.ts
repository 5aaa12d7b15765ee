import type { ClockReading } from '../../lab/clock/lab-clock.ts';
import type { ConsoleContext } from '../context.ts';
import { notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire-administration.ts';

function clockOf(context: ConsoleContext) {
  const lab = context.lab();
  if (!lab) throw notFound('page');
  return lab.clock;
}

function shown({ offset_ms: offsetMs, ...reading }: ClockReading): wire.LabClock {
  return { ...reading, effects: { ...reading.effects }, offsetMs };
}

/** The clock of the lab, for operators of a platform that runs with it. */
export const clockRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/clock',
    summary: "The platform's time",
    operator: true,
    answer: wire.labClock,
    handle: async ({ context }): Promise<wire.LabClock> => shown(await clockOf(context).show()),
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/clock',
    summary: "Moves the platform's time; without any of the ways, back to real time",
    operator: true,
    body: wire.clockMove,
    answer: wire.labClock,
    handle: async ({ context, body }): Promise<wire.LabClock> => {
      const clock = clockOf(context);
      if (body.advance !== undefined) return shown(await clock.advance(body.advance));
      if (body.set !== undefined) return shown(await clock.set(body.set));
      return shown(await (body.speed === undefined ? clock.reset() : clock.speed(body.speed)));
    },
  }),
];
