import type { RecordView } from '../../fields/view.ts';
import type { Participant } from '../../kernel/record/participants.ts';
import type { StoredValue } from '../../kernel/record/record.ts';

export function showParticipants(value: StoredValue, { names, space }: RecordView): unknown {
  return (value as readonly Participant[]).map((each) => {
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
}
