import type { DataType } from '../../kernel/metadata/metadata.ts';
import { number as numberSchema } from '../../kernel/schema.ts';
import { number } from '../comparisons/numbers.ts';
import { type Definition, type FieldKind, fieldKind } from '../model/kind.ts';
import { rounded } from '../values/formulas.ts';
import { decimalReader } from '../values/numbers.ts';
import { upTo } from './texts.ts';

/** A number in a default value; what is none stays text. */
export function numberFromText(text: string): unknown {
  return /^-?\d{1,20}(\.\d{1,20})?$/.test(text) ? Number(text) : text;
}

/** A number in a cell of a file: with a sign, and with nothing on one side of the point, if need be. */
export function numberInCell(text: string): unknown {
  const trimmed = text.trim();
  return /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/.test(trimmed) ? Number(trimmed) : text;
}

/** Cells that hold what no style must quote. */
export const plainCell = { sql: ({ text }, writer) => writer.plain(text) } as const satisfies Partial<
  FieldKind['cell']
>;

interface DecimalParts extends Pick<Definition, 'uiType'>, Partial<Pick<FieldKind, 'attributes'>> {
  /** Most digits before the point. */
  readonly digits: number;
  /** Decimals of fields that name none. */
  readonly decimals: number;
  /** Most decimals of an organization's own field. */
  readonly mostDecimals: number;
}

/** Numbers with decimals. */
export function decimalKind(type: DataType, { digits, decimals, mostDecimals, uiType, ...parts }: DecimalParts) {
  return fieldKind({
    jsonType: 'double',
    decimals,
    read: decimalReader(type, { digits, decimals }),
    comparison: number,
    cell: { ...plainCell, read: numberInCell },
    fromText: numberFromText,
    schema: { answered: () => numberSchema },
    formula: { type: 'number', result: rounded },
    definition: {
      uiType,
      length: upTo(digits),
      decimals: { otherwise: 2, most: mostDecimals },
      hasDefault: true,
      ordered: 'plain',
      inRows: true,
    },
    typescript: 'number',
    ...parts,
  });
}
