/** What a template may name: the values of an event. */
export type Values = Readonly<Record<string, unknown>>;

const part = /\[\[(.*?)\]\]|\{([A-Za-z_][\w.]*)\}/g;
const placeholder = /\{([A-Za-z_][\w.]*)\}/g;
/** Stands where a value that the text cannot do without did not come with the event. */
const absent = '(not recorded)';

/**
 * Puts the values of an event into a template. `{a.b}` is a value; of `[[one||two]]` the first part of which every value
 * is there is taken, and none where each lacks one. Lists are joined by commas.
 */
export function fillTemplate(template: string, values: Values): string {
  // One pass: what a value says is never read as a template.
  return template.replace(part, (_whole, choices: string | undefined, name: string) => {
    if (choices === undefined) return textOf(values, name) ?? absent;
    const chosen = choices
      .split('||')
      .find((each) => namesIn(each).every((needed) => textOf(values, needed) !== undefined));
    return (chosen ?? '').replace(placeholder, (_placeholder, needed: string) => textOf(values, needed) ?? absent);
  });
}

/** The names of all values that a template may use. */
export function namesIn(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name]) => name as string);
}

/** A value as text; undefined where there is none to speak of. */
function textOf(values: Values, name: string): string | undefined {
  const value = name.split('.').reduce<unknown>((at, key) => {
    return typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? (at as Values)[key] : undefined;
  }, values);
  if (value === undefined || value === null || value === '') return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(plain).join(', ');
  return plain(value);
}

function plain(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A template for reading, without an event: values as their names in italics, of each choice the first part. */
export function outlineOf(template: string): string {
  const named = (text: string) =>
    text.replace(placeholder, (_whole, name: string) => `*${wordsOf(name.replace(/^details\./, ''))}*`);
  return named(template.replace(part, (whole, choices?: string) => choices?.split('||')[0] ?? whole));
}

/** `registeredUris`, `param_name` as words. */
function wordsOf(name: string): string {
  return name.replaceAll(/[._]/g, ' ').replaceAll(/([a-z])([A-Z])/g, (_whole, before: string, after: string) => {
    return `${before} ${after.toLowerCase()}`;
  });
}
