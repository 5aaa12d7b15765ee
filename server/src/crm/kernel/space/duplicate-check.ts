/** What a lead's values are held against when duplicates of it are looked for. */
export interface DuplicateCheck {
  readonly type: 'converted_records' | 'mapped_module_records';
  /** By module number: fields of the lead and of that module, by API name. */
  readonly mappings: readonly {
    readonly module: number;
    readonly fields: readonly { readonly current: string; readonly mapped: string }[];
  }[];
}
