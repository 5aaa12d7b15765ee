import type { Refusal } from '../crm/kernel/errors.ts';

/** The refusal of a CRM call that the operator makes in somebody's place, in words: the place in what was sent, and why. */
export function tellRefusal({ code, body }: Refusal): string {
  const { json_path: path, api_name: name, ...details } = body.details;
  const place = typeof path === 'string' ? path.replace(/^\$\.?/, '') : String(name ?? '');
  if (code === 'MANDATORY_NOT_FOUND' && place !== '') return `${place} is missing`;
  const more = Object.entries(details).map(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `${key.replaceAll('_', ' ')}: ${text}`;
  });
  return `${place && `${place}: `}${body.message}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
