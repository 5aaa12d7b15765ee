import { standardModules } from '../metadata/standard-modules.ts';

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
export const participantModules: Readonly<Record<string, string>> = Object.fromEntries(
  standardModules
    .flatMap(({ traits, apiName }) => (traits.participant ? [[traits.participant, apiName] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);

export const participantTypes = ['user', 'email', ...Object.keys(participantModules)];
