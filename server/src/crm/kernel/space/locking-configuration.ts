/** Who a lock holds, and which records are locked by rules, in one module (crm-api 11). */
export interface LockingConfiguration {
  readonly lockType: LockType;
  /** Fields that may be changed all the same, by API name. */
  readonly excludedFields: readonly string[];
  /** Ids of profiles whose users a lock does not hold. */
  readonly excludedProfiles: readonly string[];
  readonly rules: readonly LockingRule[];
}

export type LockType = 'manual' | 'automatic' | 'both';

export interface LockingRule {
  readonly id: string;
  readonly name: string;
  /** As rules write criteria. */
  readonly criteria: object;
  readonly locksExisting: boolean;
}
