/** A profile as V8 gives it (Chrome DevTools Protocol, `Profiler.Profile`). */
export interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

/** Takes profiles of a Node process that was started with `--inspect`. */
export class Profiler {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: unknown }) => void>();
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(String(data));
      this.#waiting.get(message.id)?.(message);
      this.#waiting.delete(message.id);
    };
  }

  static async connect(port: number): Promise<Profiler> {
    const targets = await (await fetch(`http://127.0.0.1:${port}/json/list`)).json();
    const socket = new WebSocket((targets as { webSocketDebuggerUrl: string }[])[0]?.webSocketDebuggerUrl ?? '');
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = reject;
    });
    const profiler = new Profiler(socket);
    await profiler.#send('Profiler.enable');
    await profiler.#send('Profiler.setSamplingInterval', { interval: 250 });
    return profiler;
  }

  async take(work: () => Promise<unknown>): Promise<Profile> {
    await this.#send('Profiler.start');
    await work();
    return ((await this.#send('Profiler.stop')) as { profile: Profile }).profile;
  }

  /** The bytes of the heap that are left after whole collections. */
  async heapBytes(): Promise<number> {
    // What the first one lets go of through weak references, the second one collects.
    for (let turn = 0; turn < 2; turn++) await this.#send('HeapProfiler.collectGarbage');
    return ((await this.#send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
  }

  close(): void {
    this.#socket.close();
  }

  #send(method: string, params: object = {}): Promise<unknown> {
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) =>
        error === undefined ? resolve(result) : reject(new Error(JSON.stringify(error))),
      );
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }
}

/** Microseconds by what they went to, idle time left out. `detailed`: by function instead of part. */
export function timeByPart({ nodes, samples, timeDeltas }: Profile, detailed = false): Map<string, number> {
  const parents = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const partOf = new Map<number, string>();
  for (const node of nodes) {
    const ancestry: ProfileNode[] = [];
    for (let each: ProfileNode | undefined = node; each; each = parents.get(each.id)) ancestry.push(each);
    const { functionName, url } = node.callFrame;
    const part = ancestry.map(partOfFrame).find((each) => each !== undefined) ?? 'Node: everything else';
    partOf.set(
      node.id,
      detailed && part !== idle ? `${part}: ${functionName} ${url.split('/').slice(-2).join('/')}` : part,
    );
  }
  const times = new Map<string, number>();
  samples.forEach((id, index) => {
    const part = partOf.get(id) as string;
    if (part !== idle) times.set(part, (times.get(part) ?? 0) + (timeDeltas[index] ?? 0));
  });
  return times;
}

const idle = '(idle)';
const machinery: Readonly<Record<string, string>> = {
  '(idle)': idle,
  '(program)': 'outside JavaScript: event loop, reading from sockets',
  '(garbage collector)': 'garbage collector',
};
const packages: readonly (readonly [RegExp, string])[] = [
  [/\/node_modules\/pg/, 'pg: driver and pool'],
  [/\/node_modules\/(fastify|@fastify|find-my-way|fast-querystring|reusify|fastq|avvio)\//, 'Fastify'],
  [/^node:_http_outgoing/, 'node:http: writing the answer'],
  [/^node:(_http|internal\/http)/, 'node:http: reading the request'],
];

/** What a frame belongs to; undefined when that is for its caller to say, as of streams and native functions. */
function partOfFrame({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  const machine = machinery[functionName];
  if (machine !== undefined) return machine;
  const known = packages.find(([pattern]) => pattern.test(url));
  if (known) return known[1];
  const folders = /\/server\/src\/([\w-]+)(?:\/([\w-]+))?/.exec(url);
  if (folders)
    return `server/src/${['accounts', 'crm'].includes(folders[1] as string) ? `${folders[1]}/${folders[2]}` : folders[1]}`;
  const other = /\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url);
  return other?.[1];
}
