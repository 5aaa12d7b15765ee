import type { StoredValue } from './record.ts';
import type { RecordView } from './record-view.ts';

/** Who takes part in a meeting (crm-api 5.2): people of the CRM by id, others by their address. */
export interface Participant {
  readonly type: string;
  readonly participant?: string;
  readonly name?: string;
  readonly Email?: string;
  readonly invited?: boolean;
  readonly status?: string;
}

/** Modules of the people that a participant may be. */
export const participantModules: Readonly<Record<string, string>> = { contact: 'Contacts', lead: 'Leads' };

export const participantTypes = ['user', 'email', ...Object.keys(participantModules)];

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
