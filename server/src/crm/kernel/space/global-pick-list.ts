/** Choices that fields of several modules share. */
export interface GlobalPickList {
  readonly label: string;
  readonly apiName: string;
  readonly description: string | null;
  readonly sortedLexically: boolean;
  readonly values: readonly GlobalChoice[];
  /** Values that took the place of others, newest last. */
  readonly replaced: readonly { readonly display: string; readonly actual: string }[];
}

export interface GlobalChoice {
  /** The 12-digit part of its id. */
  readonly id: number;
  readonly value: string;
  readonly display: string;
  readonly colour: string | null;
  /** An unused choice is not offered; records that have it keep it. */
  readonly used: boolean;
}
