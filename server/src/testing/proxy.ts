import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { findHaproxy } from '../../../tools/find-programs.mjs';

/** One address of a proxy, and the processes behind it. */
export interface ProxiedService {
  readonly name: string;
  /** Where clients come in. */
  readonly port: number;
  readonly backendPorts: readonly number[];
}

/** How often the proxy asks a process whether it is ready. */
const checkMs = 100;

/**
 * A real HAProxy as an operator would configure it: each process is asked for `/readyz`, connections go to those that are
 * ready, in turn, and one that cannot be opened is tried at another process. A request that was under way is not repeated.
 */
export async function startProxy(
  configFile: string,
  services: readonly ProxiedService[],
): Promise<{ stop(): Promise<void> }> {
  const program = findHaproxy();
  if (!program) throw new Error('no haproxy: install one (apt-get install haproxy)');
  const sections = services.map(({ name, port, backendPorts }) => {
    const servers = backendPorts.map(
      (each) => `  server p${each} 127.0.0.1:${each} check inter ${checkMs} fall 1 rise 1`,
    );
    return [`listen ${name}`, `  bind 127.0.0.1:${port}`, '  option httpchk GET /readyz', ...servers].join('\n');
  });
  const defaults = [
    'defaults',
    '  mode http',
    '  balance roundrobin',
    '  option forwardfor',
    '  option redispatch 1',
    '  retries 3',
    '  timeout connect 2s',
    '  timeout check 5s',
    '  timeout client 60s',
    '  timeout server 60s',
  ];
  writeFileSync(configFile, `${[...defaults, ...sections].join('\n')}\n`);
  const proxy: ChildProcess = spawn(program, ['-db', '-f', configFile], { stdio: 'ignore' });
  const ended = once(proxy, 'close');
  return {
    async stop() {
      proxy.kill();
      await ended;
    },
  };
}
