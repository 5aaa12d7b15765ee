/** Who may do what with a locked record of a module, and which records are locked by rules (crm-api 11). */
export interface LockingConfiguration {
  readonly lockType: 'manual' | 'automatic' | 'both';
  readonly lockedFor: 'all_users' | 'all_users_except_current_user';
  readonly featureType: 'record_locking';
  /** Fields that may be changed all the same, by API name. */
  readonly excludedFields: readonly string[];
  /** Ids of profiles whose users a lock does not hold. */
  readonly excludedProfiles: readonly string[];
  readonly restrictedActions: readonly string[];
  readonly restrictedCommunications: readonly string[];
  readonly lockForPortalUsers: boolean;
  readonly rules: readonly LockingRule[];
}

export interface LockingRule {
  readonly id: string;
  readonly name: string;
  /** As rules write criteria. */
  readonly criteria: object;
  readonly locksExisting: boolean;
}
