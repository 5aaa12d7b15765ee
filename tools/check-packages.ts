/**
 * Packs every package and installs the tarballs as their users do: the SDKs into an empty project on each Node and into
 * Vite and esbuild, the platform into a folder with a space in its path, as root and as an ordinary user. `npm run
 * packages` runs it, and CI does once.
 */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './packages/commands.ts';
import { installNodes, type NodeVersion } from './packages/nodes.ts';
import { checkContents, checkImports, type Packed, pack } from './packages/pack.ts';
import { PlatformProject } from './packages/platform-project.ts';
import { bundle, installSdks, runOnNodes } from './packages/sdk-projects.ts';
import { testTesting } from './packages/testing-project.ts';

const root = join(import.meta.dirname, '..');
const sdks = ['browser', 'node', 'native', 'testing']
  .map((name) => join('sdk', name))
  .filter((each) => existsSync(join(root, each)));
/** `nobody`, who may write nowhere else. */
const ordinary = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;
const basePort = Number(process.env.BASE_PORT ?? 25_000);
const otherPort = basePort + 100;

const began = Date.now();
const say = (text: string) =>
  process.stdout.write(`${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s  ${text}\n`);

const folder = mkdtempSync(join(tmpdir(), 'grantway-packages-'));
chmodSync(folder, 0o755);
try {
  const nodesInstalled = installNodes(join(folder, 'nodes'));
  // The set-up builds what the platform itself needs.
  for (const each of ['native', 'testing']) {
    await run(process.execPath, [join('sdk', each, 'build.ts')], { cwd: root });
  }
  const packed = await pack([...sdks, '.'], folder);
  for (const { name, size, files } of packed) say(`${name}: ${Math.ceil(size / 1024)} kB, ${files.length} files`);
  const platform = packed.find(({ name }) => name === 'grantway');
  const libraries = packed.filter((each) => each !== platform);
  if (!platform || libraries.length !== sdks.length) throw new Error('not every package was packed');
  checkContents(platform);
  const [oldest, second, third, newest] = (await nodesInstalled) as [
    NodeVersion,
    NodeVersion,
    NodeVersion,
    NodeVersion,
  ];
  const testing = libraries.find(({ name }) => name === '@grantway/testing') as Packed;
  const sdkProject = join(folder, 'sdk project');
  const own = new PlatformProject(join(folder, 'own project'), join(folder, 'home'));
  const other = ordinary
    ? new PlatformProject(join(folder, 'ordinary project'), join(folder, 'ordinary home'), ordinary)
    : own;
  // What waits for disk and registry goes on beside what computes.
  await Promise.all([
    Promise.all(libraries.map(checkImports)).then(() => say('publint and arethetypeswrong find nothing')),
    installSdks(
      sdkProject,
      libraries.filter((each) => each !== testing),
    ),
    own.install(platform.file).then(() => say('the platform is installed')),
    ordinary && other.install(platform.file).then(() => say('the platform is installed by an ordinary user')),
  ]);
  const times = await testTesting(join(folder, 'testing project'), { platform, testing }, [oldest, newest]);
  say(`@grantway/testing works in Vitest and node:test: ${times}`);
  const asOwner = async () => {
    await own.start(oldest, basePort, async (client) => {
      await runOnNodes(sdkProject, [oldest, second, third, newest], client);
      say('the SDKs for Node work on Node 20, 22, 24 and 26');
      await bundle(sdkProject, newest, client);
      say('Vite and esbuild bundle the SDKs');
    });
    say('the platform ran on Node 20');
    await own.start(third, basePort);
    say('the platform ran on Node 24');
  };
  const asOther = async () => {
    await other.start(second, otherPort);
    await other.start(newest, otherPort);
    say(`the platform ran on Node 22 and 26${ordinary ? ', as an ordinary user' : ''}`);
  };
  // One data directory has one platform at a time.
  if (ordinary) await Promise.all([asOwner(), asOther()]);
  else await asOwner().then(asOther);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
