import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isReading } from './methods.ts';

/** A page for a person who opens an origin in a browser: what this is, and where to go. Texts are escaped. */
export interface PlainPage {
  readonly heading: string;
  /** What the origin belongs to, like "us". */
  readonly place: string;
  readonly paragraphs: readonly string[];
  readonly links?: readonly { readonly href: string; readonly text: string }[];
  /** What to type, each with what it does. */
  readonly commands?: readonly { readonly command: string; readonly does: string }[];
}

const style = `
:root{color-scheme:light dark;--ground:#f3f5f8;--card:#fff;--line:#d5dbe4;--text:#1a2230;--soft:#56637a;--accent:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--ground:#10151d;--card:#1a212c;--line:#36414f;--text:#e9edf3;--soft:#a6b2c4;--accent:#78aaf5}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;padding:1rem;background:var(--ground);color:var(--text);font:100%/1.5 system-ui,sans-serif}
header,main{max-width:38rem;margin:0 auto}
header{display:flex;justify-content:space-between;padding:.5rem .25rem 1rem;font-weight:600}
header span{color:var(--soft)}
main{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.75rem;overflow-wrap:anywhere}
h1{font-size:1.35rem;margin:0 0 .75rem}
a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
dt{margin-top:.75rem}
dd{margin:0;color:var(--soft)}
`;

/** Nothing is loaded, run or sent; the one style sheet is named by its hash. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
    'img-src data:',
    ...["form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'"],
  ].join('; '),
  'x-frame-options': 'DENY',
} as const;

/**
 * Whether a person may be asking: whoever reads an address and takes HTML (RFC 9110 §12.5.1: no `Accept` is any type),
 * without a token. Who names JSON and no HTML, sends a token or changes something is a program.
 */
export function isForPerson({ headers, method }: FastifyRequest): boolean {
  if (!isReading(method) || headers.authorization !== undefined) return false;
  const ranges = (headers.accept || '*/*').split(',').filter((range) => !refusedRange.test(range));
  return (
    ranges.some((range) => htmlRange.test(range)) ||
    (ranges.some((range) => anyRange.test(range)) && !ranges.some((range) => jsonRange.test(range)))
  );
}

const refusedRange = /;\s*q=0(?:\.0*)?\s*$/i;
const htmlRange = /^\s*text\/(?:html|\*)\s*(?:;|$)/i;
const anyRange = /^\s*\*\/\*\s*(?:;|$)/;
const jsonRange = /^\s*application\/(?:json|\*)\s*(?:;|$)/i;

export function sendPlainPage(reply: FastifyReply, page: PlainPage, status = 200): FastifyReply {
  return reply.code(status).headers(headers).send(render(page));
}

function render({ heading, place, paragraphs, links = [], commands = [] }: PlainPage): string {
  const parts = [
    `<h1>${escapeHtml(heading)}</h1>`,
    ...paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`),
    list('ul', links, ({ href, text }) => `<li><a href="${escapeHtml(href)}">${escapeHtml(text)}</a></li>`),
    list(
      'dl',
      commands,
      ({ command, does }) => `<dt><code>${escapeHtml(command)}</code></dt><dd>${escapeHtml(does)}</dd>`,
    ),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(heading)} · Grantway</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>Grantway<span>${escapeHtml(place)}</span></header>
<main>
${parts.filter(Boolean).join('\n')}
</main>
</body>
</html>
`;
}

function list<Item>(tag: string, items: readonly Item[], entry: (item: Item) => string): string {
  return items.length === 0 ? '' : `<${tag}>${items.map(entry).join('')}</${tag}>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
