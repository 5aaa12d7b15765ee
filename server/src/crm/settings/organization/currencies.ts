import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { systemIds } from '../../kernel/ids.ts';
import { all, flag, id, named, oneOf, reference, shape, text, time } from '../../kernel/schema.ts';
import { pathId } from '../../wire/parameters.ts';

/** The currencies of an organization (crm-api 11): its home currency, in which all amounts of records are. */

export const currencySchema = named(
  'Currency',
  shape({
    id,
    ...all(text, 'name', 'symbol', 'iso_code'),
    exchange_rate: { ...text, description: 'Of the home currency: 1.000000000' },
    format: shape({
      decimal_separator: oneOf('Period', 'Comma'),
      thousand_separator: oneOf('Period', 'Comma', 'Space'),
      decimal_places: oneOf('0', '2', '3'),
    }),
    ...all(flag, 'is_base', 'is_active', 'prefix_symbol'),
    ...all(time, 'created_time', 'modified_time'),
    ...all(reference, 'created_by', 'modified_by'),
  }),
);

/** GET /org/currencies */
export async function listCurrencies(call: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: { currencies: [homeCurrency(call)] } };
}

/** GET /org/currencies/{id} */
export async function getCurrency(call: CrmCall): Promise<CrmAnswer> {
  const wanted = pathId(call.path[0] as string, 2);
  if (wanted === call.space.id(systemIds.homeCurrency)) return listCurrencies(call);
  if (call.version.number < 8) return { status: 204 };
  throw new Refusal('INVALID_DATA', { status: 404, details: { resource_path_index: 2 }, message: idInvalid });
}

function homeCurrency({ space, user }: CrmCall): Record<string, unknown> {
  const { settings, createdAtMs, users } = space.contents;
  const created = formatDateTime(createdAtMs, user.timeZone);
  const [owner] = users;
  const person = { name: owner?.fullName ?? null, id: owner?.id ?? null };
  return {
    symbol: settings.currencySymbol,
    created_time: created,
    is_active: true,
    exchange_rate: '1.000000000',
    format: { decimal_separator: 'Period', thousand_separator: 'Comma', decimal_places: '2' },
    created_by: person,
    prefix_symbol: true,
    is_base: true,
    modified_time: created,
    name: settings.currency,
    modified_by: person,
    id: space.id(systemIds.homeCurrency),
    iso_code: settings.isoCode,
  };
}
