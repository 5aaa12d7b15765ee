import { badInput } from '../../admin/failure.ts';
import type { EpochMs } from '../../foundation/kinds.ts';

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** A moment that cannot be mistaken: a date, or a time with its offset. @throws AdminFailure */
export function parseMoment(text: string): EpochMs {
  const ms = isoTime.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw badInput(
      `the time: expected ISO 8601 with its offset, like 2026-03-01T12:00:00Z, got "${text.slice(0, 50)}"`,
    );
  }
  return ms;
}
