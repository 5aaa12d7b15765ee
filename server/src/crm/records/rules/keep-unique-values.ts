import { changedClaims } from '../unique-claims.ts';
import type { Batch } from './batch.ts';

/** Step: a conversion takes no unique values over; a record that would get others stays as it is. */
export function keepUniqueValues(batch: Batch): void {
  const isKept = ({ before, after }: Batch['writes'][number]) =>
    changedClaims(batch.module, before, after.data) === null;
  for (const write of batch.writes) {
    if (isKept(write)) continue;
    for (const item of write.items) item.after = write.before;
  }
  batch.writes = batch.writes.filter(isKept);
}
