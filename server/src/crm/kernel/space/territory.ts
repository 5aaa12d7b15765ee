/** Parts of the market (crm-api 11): records belong to them by rule or by hand, users work in them. */
export interface Territory {
  readonly id: string;
  readonly name: string;
  readonly apiName: string;
  /** Null for the one on top only. */
  readonly reportsTo: string | null;
  readonly managerId: string | null;
  readonly description: string | null;
  readonly permissionType: PermissionType;
  /** By API name of the module: which records belong here by themselves, as the request wrote it. */
  readonly criteria: Readonly<Record<string, unknown>>;
  /** Ids of the users who work here; the manager is one of them. */
  readonly users: readonly string[];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}

export const permissionTypes = ['read_only', 'read_write_delete'] as const;

export type PermissionType = (typeof permissionTypes)[number];
