export interface PagePlace {
  readonly page: number;
  /** Sort value and id of the record beside the page's edge. */
  readonly key: string;
  readonly id: string;
  /** The page lies before that record, not after it. */
  readonly backwards: boolean;
}
