import { diagramOf } from './diagram.ts';
import type { Flow } from './flow-reader.ts';

const lane = 200;
const row = 38;
const top = 56;

/** The sequence diagram of a flow as an SVG document of its own: no script, no style from outside, no secret. */
export function svgDiagram(flow: Pick<Flow, 'steps' | 'flowId' | 'omitted'>): string {
  const { lanes, messages } = diagramOf(flow.steps);
  const width = Math.max(1, lanes.length) * lane;
  const height = top + (messages.length + 1) * row;
  const x = (id: string) => lanes.findIndex((each) => each.id === id) * lane + lane / 2;
  const heads = lanes.map(
    ({ id, label }) =>
      `<g><rect x="${x(id) - 80}" y="8" width="160" height="30" rx="4" fill="#eef2f7" stroke="#6b7a90"/>` +
      `<text x="${x(id)}" y="28" text-anchor="middle" font-weight="600">${escapeXml(label)}</text>` +
      `<line x1="${x(id)}" y1="38" x2="${x(id)}" y2="${height - 8}" stroke="#c3ccd8" stroke-dasharray="4 4"/></g>`,
  );
  const arrows = messages.map(({ failed, from, kind, text, to }, index) => {
    const y = top + (index + 1) * row;
    const color = failed ? '#b42318' : '#1f2937';
    const label = escapeXml(failed ? `✗ ${text}` : text);
    if (from === to) return `<text x="${x(from) + 8}" y="${y}" fill="${color}">${label}</text>`;
    const dash = kind === 'request' ? '' : ' stroke-dasharray="6 4"';
    const direction = x(to) > x(from) ? -1 : 1;
    const tip = `${x(to)},${y} ${x(to) + 9 * direction},${y - 4} ${x(to) + 9 * direction},${y + 4}`;
    return (
      `<g><text x="${(x(from) + x(to)) / 2}" y="${y - 6}" text-anchor="middle" fill="${color}">${label}</text>` +
      `<line x1="${x(from)}" y1="${y}" x2="${x(to)}" y2="${y}" stroke="${color}"${dash}/>` +
      `<polygon points="${tip}" fill="${color}"/></g>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12"><title>Flow ${escapeXml(flow.flowId)}</title>` +
    `<rect width="100%" height="100%" fill="#ffffff"/>${heads.join('')}${arrows.join('')}</svg>\n`
  );
}

function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\P{Cc}\t\n]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
