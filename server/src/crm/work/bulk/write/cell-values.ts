import { foldEmailAddress } from '../../../../foundation/email-address.ts';
import { parseWithFormat } from '../../../fields/values/date-format.ts';
import { formatDateTime, isDate, momentOfLocal, parseDateTime } from '../../../fields/values/date-time.ts';
import type { Field } from '../../../kernel/metadata/metadata.ts';
import type { Space } from '../../../kernel/space/space.ts';
import type { FieldMapping } from './write-request.ts';

const dateFormat = 'MM/dd/yyyy';
const dateTimeFormat = 'MM/dd/yyyy HH:mm:ss';

export interface CellContext {
  readonly space: Space;
  /** Of the user who writes: times in files are his. */
  readonly timeZone: string;
}

/**
 * The text of a cell as the value that a record call would bring for the field. What cannot be read stays text, and is
 * refused by the field's own rules.
 */
export function cellValue(text: string, field: Field, mapping: FieldMapping, context: CellContext): unknown {
  const trimmed = text.trim();
  switch (field.dataType) {
    case 'integer':
    case 'double':
    case 'currency':
    case 'percent':
      return /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/.test(trimmed) ? Number(trimmed) : text;
    case 'bigint':
      return trimmed;
    case 'boolean':
      return booleans[trimmed.toLowerCase()] ?? text;
    case 'date':
      return isDate(trimmed) ? trimmed : (parseWithFormat(trimmed, mapping.format ?? dateFormat)?.date ?? text);
    case 'datetime':
    case 'event_reminder':
      return dateTime(trimmed, mapping.format ?? dateTimeFormat, context.timeZone) ?? text;
    case 'multiselectpicklist':
      return parts(text);
    case 'ownerlookup':
    case 'userlookup':
      return { id: userId(trimmed, context.space) };
    case 'lookup':
      return { id: trimmed };
    case 'multi_module_lookup':
      return { id: trimmed, module: { api_name: mapping.module } };
    case 'linetax':
    case 'ALARM':
    case 'RRULE':
    case 'multireminder':
    case 'participants':
      return json(text);
    default:
      return field.apiName === 'Tag' ? parts(text).map((name) => ({ name })) : text;
  }
}

const booleans: Readonly<Record<string, boolean>> = Object.assign(Object.create(null), {
  true: true,
  false: false,
  yes: true,
  no: false,
  '1': true,
  '0': false,
});

function parts(text: string): string[] {
  return text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** ISO with an offset, or local time in a format. */
function dateTime(text: string, format: string, timeZone: string): string | undefined {
  if (parseDateTime(text) !== undefined) return text;
  const local = parseWithFormat(text, format);
  const asUtc = local && isDate(local.date) ? Date.parse(`${local.date}T${local.time}Z`) : Number.NaN;
  if (Number.isNaN(asUtc)) return undefined;
  return formatDateTime(momentOfLocal(asUtc, timeZone), timeZone);
}

/** Users are named by id or e-mail address. */
function userId(text: string, space: Space): string {
  if (!text.includes('@')) return text;
  const folded = foldEmailAddress(text);
  return space.contents.users.find(({ email }) => foldEmailAddress(email) === folded)?.id ?? text;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
