/** Which choices of one pick list go with a choice of another one. */
export interface MapDependency {
  /** API names of the two fields. */
  readonly parent: string;
  readonly child: string;
  readonly active: boolean;
  /** The child's values by the parent's; a value of the parent that is not named goes with none. */
  readonly maps: Readonly<Record<string, readonly string[]>>;
}
