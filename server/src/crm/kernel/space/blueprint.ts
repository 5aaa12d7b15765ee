/**
 * A process that records of a module go through: the value of one pick list is where a record stands, and only
 * transitions lead from one to another (crm-api 11; the operator defines it).
 */
export interface Blueprint {
  readonly name: string;
  /** API name of the pick list. */
  readonly field: string;
  /** Which records are in it, as rules write criteria; null: all. */
  readonly criteria: object | null;
  readonly transitions: readonly BlueprintTransition[];
}

export interface BlueprintTransition {
  readonly id: string;
  readonly name: string;
  /** Values of the field that it leads from; null: any of the process, and none. */
  readonly from: readonly string[] | null;
  readonly to: string;
  /** Fields that it shows, and whether it needs them. */
  readonly fields: readonly { readonly name: string; readonly mandatory: boolean }[];
  readonly colour: string | null;
}
