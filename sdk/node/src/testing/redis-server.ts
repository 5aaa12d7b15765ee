import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from '../../../../tools/find-programs.mjs';

/** A real server (Redis or Valkey) on a unix socket of its own. */
export async function startRedis(): Promise<{ readonly socket: string; stop(): Promise<void> }> {
  const program = findRedis();
  if (!program) throw new Error('no redis-server or valkey-server: install one (apt-get install redis-server)');
  const directory = mkdtempSync(join(tmpdir(), 'grantway-redis-'));
  const socket = join(directory, 'redis.sock');
  const args = ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', directory];
  const server: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(server, 'close');
  await new Promise<void>((resolve, reject) => {
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (/ready to accept connections/i.test(text)) resolve();
    });
    server.once('error', reject).once('close', () => reject(new Error(`${program} ended`)));
  });
  return {
    socket,
    async stop() {
      server.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
