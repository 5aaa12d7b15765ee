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
 * The header that says a download's name (RFC 6266, RFC 8187; crm-api 2.3): `filename*` always and at the end, because
 * software kits take what follows the last single quote and some know no other form; before it `filename` for names in
 * ASCII, without what a quoted text cannot hold.
 */
export function contentDisposition(name: string): string {
  const wellFormed = name.toWellFormed();
  const encoded = encodeURIComponent(wellFormed).replaceAll(
    /['()*!]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const plain = /^[\x20-\x7e]+$/.test(wellFormed) ? ` filename="${wellFormed.replaceAll(/["\\]/g, '_')}";` : '';
  return `attachment;${plain} filename*=UTF-8''${encoded}`;
}
