import { isUsable, layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Batch } from './batch.ts';
import { readItem } from './read-item.ts';

/** Step: reads what the items of the request say; those that cannot be read are refused. */
export function readItems({ call, module, kind, source, items }: Batch): void {
  const { metadata, dataSpace } = call.space;
  const layouts = layoutsOf(call.space, module).filter((layout) => isUsable(layout, call.user.profile.id));
  // A clone's values need not be given: those of its source are there.
  const creating = kind === 'insert' && !source;
  for (const item of items) {
    if (item.failure || item.changes) continue;
    const reading = readItem(item.raw, {
      metadata,
      module,
      dataSpace,
      jsonPath: item.jsonPath,
      creating,
      layouts,
      ignored: call.ignoredKeys,
      replacesRows: !creating && call.version.number < 3,
    });
    if (reading.failure) item.failure = reading.failure;
    else item.changes = reading.changes;
  }
}
