import { readId } from '../../kernel/ids.ts';
import { type Participant, participantModules } from '../../kernel/record/participants.ts';
import { listKind } from '../groups/structures.ts';
import type { ShowValue } from '../model/kind.ts';
import { readParticipants } from '../values/structures.ts';

const show: ShowValue = (value, { names, space }) =>
  (value as readonly Participant[]).map((each) => {
    const { type, participant = each.Email ?? null } = each;
    const user = type === 'user' && participant !== null ? space.user(participant) : undefined;
    const known = participant === null ? undefined : (user?.fullName ?? names.get(participant));
    return {
      type,
      participant,
      name: known ?? each.name ?? null,
      Email: each.Email ?? user?.email ?? (type === 'email' ? participant : null),
      invited: each.invited ?? false,
      status: each.status ?? 'not_known',
    };
  });

/** Who takes part in a meeting. */
export const kind = listKind({
  read: readParticipants,
  show: () => show,
  references: (value) =>
    (value as readonly Participant[]).flatMap(({ type, participant }) => {
      const module = participantModules[type];
      const id = readId(participant);
      return module !== undefined && id !== undefined ? [{ module, id }] : [];
    }),
  sortable: false,
});
