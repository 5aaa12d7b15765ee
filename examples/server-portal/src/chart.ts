export interface Bar {
  readonly label: string;
  readonly value: number;
}

const rowHeight = 46;
const barHeight = 12;
const textBase = 16;
const barTop = 24;

/**
 * A bar chart as SVG. Lengths are shares of the width, so that texts keep their size on a phone; colours are the page's, by
 * the classes `bar` and `bar-track`. Screen readers get the title and all values in words.
 */
export function barChart(id: string, title: string, bars: readonly Bar[], format: Intl.NumberFormat): string {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const words = bars.map(({ label, value }) => `${label}: ${format.format(value)}`).join(', ');
  const rows = bars.map(({ label, value }, index) => {
    const top = index * rowHeight;
    const share = ((100 * Math.max(value, 0)) / most).toFixed(2);
    const y = top + barTop;
    return `<text x="0" y="${top + textBase}">${escapeXml(label)}</text>
<text class="value" x="100%" y="${top + textBase}" text-anchor="end">${format.format(value)}</text>
<rect class="bar-track" x="0" y="${y}" width="100%" height="${barHeight}" rx="6"/>
<rect class="bar" x="0" y="${y}" width="${share}%" height="${barHeight}" rx="6"/>`;
  });
  return `<svg class="chart" role="img" width="100%" height="${bars.length * rowHeight}" aria-labelledby="${id}-title ${id}-words">
<title id="${id}-title">${escapeXml(title)}</title>
<desc id="${id}-words">${escapeXml(words)}</desc>
${rows.join('\n')}
</svg>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
