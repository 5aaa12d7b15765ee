/** File names come from strangers and go to strangers: they are text to show, never a path, never a header. */

const maxLength = 255;

/** A name that may be kept: no folders, no control characters, not too long. */
export function cleanFileName(raw: string | undefined): string {
  const base = (raw ?? '').toWellFormed().split(/[/\\]/).at(-1) ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const text = base.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '').trim();
  if (text === '' || text === '.' || text === '..') return 'file';
  if (text.length <= maxLength) return text;
  const dot = text.lastIndexOf('.');
  const extension = dot > 0 && text.length - dot <= 20 ? text.slice(dot) : '';
  return `${text.slice(0, maxLength - extension.length)}${extension}`.toWellFormed();
}

/**
 * The header that says a download's name (crm-api 3.2): quoted when that is safe, else in the form of RFC 8187. Never
 * both: software kits take what follows the last quote or equals sign.
 */
export function contentDisposition(name: string): string {
  if (/^[A-Za-z0-9 ._()+-]+$/.test(name)) return `attachment; filename="${name}"`;
  const encoded = encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
