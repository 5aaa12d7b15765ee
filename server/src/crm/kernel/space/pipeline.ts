/** A way that deals take through stages (crm-api 11). */
export interface Pipeline {
  readonly id: string;
  /** What records hold. */
  readonly value: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** Values of the deals' field Stage, in their order. */
  readonly stages: readonly string[];
  /** Its deals are on their way to another one. */
  readonly ending: boolean;
}
