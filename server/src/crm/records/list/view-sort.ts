import type { Space } from '../../kernel/space/space.ts';
import type { ViewSort } from '../../kernel/space/view-sort.ts';
import type { CustomView } from './standard-views.ts';

/** Fields that a custom view can be sorted by: those by which lists have an index. */
export const viewSortFields = ['id', 'Created_Time', 'Modified_Time'] as const;

/** How the organization has a view sorted; undefined as long as nobody changed it. */
export function viewSortOf(space: Space, { sequence, module }: CustomView): ViewSort | undefined {
  const id = space.id(sequence);
  return space.list('view_sort', module.number).find((each) => each.id === id)?.definition;
}
