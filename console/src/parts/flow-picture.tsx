import type { Client } from '../../../server/src/console/wire.ts';

/** One line of a flow: from which of the actors to which, and what travels. */
type Arrow = readonly [from: number, to: number, label: string];

interface Flow {
  readonly actors: readonly string[];
  readonly arrows: readonly Arrow[];
}

/** The flow of each client type in three lines. */
const flows: Readonly<Record<Client['type'], Flow>> = {
  browser: {
    actors: ['Page', 'Accounts', 'API'],
    arrows: [
      [0, 1, 'sign-in'],
      [1, 0, 'token'],
      [0, 2, 'token'],
    ],
  },
  server: {
    actors: ['Server', 'Accounts', 'API'],
    arrows: [
      [1, 0, 'code'],
      [0, 1, 'code + secret'],
      [0, 2, 'token'],
    ],
  },
  mobile: {
    actors: ['App', 'Accounts', 'API'],
    arrows: [
      [1, 0, 'code'],
      [0, 1, 'code + proof'],
      [0, 2, 'token'],
    ],
  },
  device: {
    actors: ['Device', 'Accounts', 'API'],
    arrows: [
      [0, 1, 'asks, again'],
      [1, 0, 'token'],
      [0, 2, 'token'],
    ],
  },
  self: {
    actors: ['Job', 'Accounts', 'API'],
    arrows: [
      [0, 1, 'code'],
      [1, 0, 'token'],
      [0, 2, 'token'],
    ],
  },
};

const width = 240;
const columns = [40, 125, 205];

/** A small drawing of how a client of this type gets its token; it says nothing that the text beside it does not. */
export function FlowPicture({ type }: { readonly type: Client['type'] }) {
  const { actors, arrows } = flows[type];
  return (
    <svg
      className="flow-picture"
      viewBox={`0 0 ${width} 96`}
      role="img"
      aria-label={`How a ${type} client gets a token`}
    >
      {actors.map((actor, index) => {
        const x = columns[index] as number;
        return (
          <g key={actor}>
            <rect x={x - 33} y={3} width={66} height={18} rx={5} fill="none" stroke="currentColor" />
            <text x={x} y={15.5} fontSize={10} textAnchor="middle" fill="currentColor">
              {actor}
            </text>
            <line x1={x} y1={21} x2={x} y2={94} stroke="currentColor" strokeDasharray="2 3" />
          </g>
        );
      })}
      {arrows.map(([from, to, label], index) => {
        const y = 42 + index * 22;
        const [x1, x2] = [columns[from] as number, columns[to] as number];
        const tip = x2 > x1 ? -5 : 5;
        // Between two lines of life, never across one.
        const labelX = ((columns[Math.min(from, to)] as number) + (columns[Math.min(from, to) + 1] as number)) / 2;
        return (
          <g key={`${from}${to}${label}`} className="accent" stroke="currentColor" fill="none">
            <path d={`M${x1} ${y}H${x2}M${x2 + tip} ${y - 4}L${x2} ${y}L${x2 + tip} ${y + 4}`} strokeWidth={1.5} />
            <text x={labelX} y={y - 4} fontSize={9} textAnchor="middle" fill="currentColor" stroke="none">
              {label}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
