import { Anchor } from '@mantine/core';
import { type CrmField, leadsAnywhere, type Space } from '../../api/crm.ts';
import { TextLink } from '../../parts/links.tsx';
import { timeText } from '../../parts/time.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';

interface Reference {
  readonly id?: string;
  readonly name?: string;
  readonly email?: string;
  readonly module?: { readonly api_name: string };
}

/** An item of a field of many: a reference, a file, or a link to a record under the name of its look-up. */
type Item = Reference & { readonly File_Name__s?: string } & Readonly<Record<string, unknown>>;

function itemName(item: Item | null): string | undefined {
  if (item?.File_Name__s !== undefined || item?.name !== undefined) return item.File_Name__s ?? item.name;
  const linked = Object.values(item ?? {}).filter((each) => each !== null && typeof each === 'object');
  const [{ name } = {}] = linked as Reference[];
  return linked.length === 1 ? name : undefined;
}

const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const webAddress = /^https?:\/\//i;

/** A field's value in words, for tables and histories. */
export function valueText(value: unknown, dataType = 'text'): string {
  if (value === null || value === undefined || value === '') return texts.empty;
  if (typeof value === 'boolean') return value ? texts.yes : texts.no;
  if (typeof value === 'number') return value.toLocaleString();
  if (Array.isArray(value)) {
    if (value.length === 0) return texts.empty;
    const named = value.map((each) => (typeof each === 'string' ? each : itemName(each as Item | null)));
    return named.every((each) => typeof each === 'string') ? named.join(', ') : texts.items(value.length);
  }
  if (typeof value === 'object') {
    const { name, email, id } = value as Reference;
    return name ?? email ?? id ?? JSON.stringify(value);
  }
  const text = String(value);
  if (dataType === 'datetime' && !Number.isNaN(Date.parse(text))) return timeText(text);
  if (dataType === 'date' && !Number.isNaN(Date.parse(text))) return dateFormat.format(new Date(text));
  return text;
}

/** A field's value; addresses and look-ups lead to what they name. */
export function Value({
  value,
  field,
  space,
}: {
  readonly value: unknown;
  readonly field: Pick<CrmField, 'data_type' | 'lookup'> | undefined;
  readonly space: Space;
}) {
  const text = valueText(value, field?.data_type);
  const { id, module: named } = (value ?? {}) as Reference;
  // What leads into one of several modules says into which.
  const module = field && (leadsAnywhere(field) ? named?.api_name : field.lookup?.module?.api_name);
  if (module && id && (field.data_type === 'lookup' || field.data_type === 'multi_module_lookup')) {
    return (
      <TextLink
        to="/records/$environment/$organizationId/$module/$recordId"
        params={{ ...space, module, recordId: id }}
        size="sm"
      >
        {text}
      </TextLink>
    );
  }
  if (typeof value === 'string' && value !== '') {
    if (field?.data_type === 'email')
      return (
        <Anchor href={`mailto:${value}`} size="sm">
          {text}
        </Anchor>
      );
    if (field?.data_type === 'phone')
      return (
        <Anchor href={`tel:${value}`} size="sm">
          {text}
        </Anchor>
      );
    if (field?.data_type === 'website') {
      const href = webAddress.test(value) ? value : `https://${value}`;
      return (
        <Anchor href={href} target="_blank" rel="noreferrer" size="sm">
          {text}
        </Anchor>
      );
    }
  }
  return text;
}

const nameFields = ['Full_Name', 'Subject', 'Name', 'Note_Title'];

/** The name by which people know a record. */
export function recordName(record: Readonly<Record<string, unknown>>, displayField: string | undefined): string {
  for (const name of ['Full_Name', displayField, ...nameFields]) {
    const value = name === undefined ? undefined : record[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return texts.untitled(String(record.id));
}
