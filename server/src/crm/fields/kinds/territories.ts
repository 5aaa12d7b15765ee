import type { Assignment } from '../../kernel/record/territory-places.ts';
import { objects } from '../groups/schemas.ts';
import { fieldKind } from '../model/kind.ts';
import { showUserBriefly } from '../model/view.ts';
import { formatDateTime } from '../values/date-time.ts';
import { readTerritory } from '../values/read-reference.ts';

/** The territories of a record, by id; one that was deleted since is not shown. */
export const kind = fieldKind({
  jsonType: 'jsonarray',
  read: readTerritory,
  show:
    () =>
    (value, { space, timeZone }) =>
      (value as unknown as readonly Assignment[]).flatMap(({ territory, at = 0, by }) => {
        const found = space.territory(territory);
        if (!found) return [];
        return [
          {
            Name: found.name,
            id: territory,
            $assigned_by: by ? showUserBriefly(space, by.id) : null,
            $assigned_time: formatDateTime(at, timeZone),
            $assigned: by ? 'manually' : 'automatically',
          },
        ];
      }),
  tell: (value, { space }) =>
    (value as unknown as readonly Assignment[]).map(({ territory }) => space.territory(territory)?.name ?? territory),
  cell: {
    sql: ({ json }, writer) =>
      writer.plain(`(SELECT string_agg(place ->> 'territory', ';') FROM jsonb_array_elements(${json}) AS place)`),
  },
  schema: { answered: () => objects },
});
