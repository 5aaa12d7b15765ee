import { errorBody, idInvalid } from '../../kernel/errors.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import type { LineItem } from './line-totals.ts';
import type { RecordStep } from './writing.ts';

type Line = Readonly<Record<string, unknown>>;

/**
 * Step: taxes of line items that name a tax of the organization, by its id or its name, get what they do not say of it;
 * its rate always, where the organization does not let rates be changed.
 */
export const applyTaxes: RecordStep = ({ call: { space }, module, data, jsonPath }) => {
  const { lineItems } = module.traits;
  if (lineItems === undefined) return undefined;
  const taxes = space.list('tax');
  const ratesStay = space.list('tax_preference')[0]?.definition.modifyRates === false;
  const rows = (data[lineItems] ?? []) as readonly LineItem[];
  for (const [index, row] of rows.entries()) {
    if (!Array.isArray(row.Line_Tax)) continue;
    const lines: Line[] = [];
    for (const line of row.Line_Tax as readonly Line[]) {
      const tax = taxOf(taxes, line);
      const json_path = `${jsonPath}.${lineItems}[${index}].Line_Tax[${lines.length}]`;
      if (tax) {
        const { name, value } = tax.definition;
        const percentage = ratesStay || line.percentage === undefined ? value : line.percentage;
        lines.push({ ...line, id: tax.id, name, percentage });
      } else if (line.name === undefined) {
        return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${json_path}.id` }, idInvalid);
      } else if (line.percentage === undefined) {
        return errorBody('MANDATORY_NOT_FOUND', { api_name: 'percentage', json_path: `${json_path}.percentage` });
      } else lines.push(line);
    }
    row.Line_Tax = lines as typeof row.Line_Tax;
  }
  return undefined;
};

function taxOf(taxes: readonly Setting<'tax'>[], { id, name }: Line): Setting<'tax'> | undefined {
  if (id !== undefined) return taxes.find((tax) => tax.id === String(id));
  return taxes.find((tax) => tax.definition.name === name);
}
