/** How a custom view is sorted from now on; its definition's id is the view's. */
export interface ViewSort {
  /** API name of the field. */
  readonly field: string;
  readonly order: 'asc' | 'desc';
}
