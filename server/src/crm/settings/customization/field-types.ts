import type { DataType } from '../../kernel/metadata/metadata.ts';

/** How long values of a type may be, as `length` in requests says it. */
export type LengthRule =
  | { readonly fixed: number }
  | { readonly from: number; readonly to: number; readonly otherwise: number }
  | { readonly choices: readonly number[]; readonly otherwise: number };

export interface FieldType {
  readonly uiType: number;
  readonly length: LengthRule;
  /** Numbers: decimals, and most of them. */
  readonly decimals?: { readonly otherwise: number; readonly most: number };
  /** No two records may have the same value, when the field says so. */
  readonly unique?: true;
  /** A default for new records. */
  readonly hasDefault?: true;
  /** Values are no words and stand in an index of their own (migration 0011); `long` ones are texts in records. */
  readonly ordered?: 'plain' | 'long';
  /** Rows of subforms may have it as well. */
  readonly inRows?: true;
}

const digits = (most: number): LengthRule => ({ from: 1, to: most, otherwise: most });

/** The types of fields that can be created (crm-api 7.2). */
export const fieldTypes: Readonly<Partial<Record<DataType, FieldType>>> = {
  text: { uiType: 1, length: digits(255), unique: true, hasDefault: true, inRows: true },
  textarea: { uiType: 3, length: { choices: [2000, 32_000, 50_000], otherwise: 2000 }, hasDefault: true, inRows: true },
  email: { uiType: 25, length: digits(100), unique: true, hasDefault: true, inRows: true },
  phone: { uiType: 33, length: { from: 1, to: 50, otherwise: 30 }, unique: true, hasDefault: true, inRows: true },
  website: { uiType: 21, length: { from: 1, to: 450, otherwise: 255 }, unique: true, hasDefault: true, inRows: true },
  picklist: { uiType: 2, length: { fixed: 120 }, hasDefault: true, inRows: true },
  multiselectpicklist: { uiType: 100, length: { fixed: 120 }, hasDefault: true, inRows: true },
  integer: { uiType: 32, length: digits(9), unique: true, hasDefault: true, ordered: 'plain', inRows: true },
  bigint: { uiType: 52, length: digits(18), unique: true, hasDefault: true, ordered: 'long', inRows: true },
  double: {
    uiType: 38,
    length: digits(16),
    decimals: { otherwise: 2, most: 9 },
    hasDefault: true,
    ordered: 'plain',
    inRows: true,
  },
  currency: {
    uiType: 36,
    length: digits(16),
    decimals: { otherwise: 2, most: 9 },
    hasDefault: true,
    ordered: 'plain',
    inRows: true,
  },
  percent: {
    uiType: 39,
    length: digits(5),
    decimals: { otherwise: 2, most: 2 },
    hasDefault: true,
    ordered: 'plain',
    inRows: true,
  },
  boolean: { uiType: 301, length: { fixed: 5 }, hasDefault: true, ordered: 'plain', inRows: true },
  date: { uiType: 24, length: { fixed: 20 }, hasDefault: true, ordered: 'plain', inRows: true },
  datetime: { uiType: 333, length: { fixed: 120 }, hasDefault: true, ordered: 'plain', inRows: true },
  lookup: { uiType: 133, length: { fixed: 120 }, inRows: true },
  userlookup: { uiType: 134, length: { fixed: 120 }, inRows: true },
  multiselectlookup: { uiType: 444, length: { fixed: 120 } },
  multiuserlookup: { uiType: 445, length: { fixed: 120 } },
  subform: { uiType: 555, length: { fixed: 120 } },
  autonumber: { uiType: 109, length: { fixed: 120 } },
  formula: { uiType: 41, length: { fixed: 16 }, decimals: { otherwise: 2, most: 9 } },
  fileupload: { uiType: 501, length: { choices: [1, 5], otherwise: 1 } },
  imageupload: { uiType: 182, length: digits(10) },
};
