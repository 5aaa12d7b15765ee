import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Running, type RunOptions, run } from './commands.ts';
import type { NodeVersion } from './nodes.ts';
import type { SelfClient } from './sdk-projects.ts';

/** Whose the project is; none: of whoever runs this. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface Ready {
  readonly dataCenters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly demo: {
    readonly clients: Readonly<Record<string, { readonly client_id: string; readonly client_secret: string }>>;
    readonly sampleApps?: Readonly<Record<string, string>>;
  };
}

/** A project of an integrator's own, with the platform as its only dependency. */
export class PlatformProject {
  readonly #folder: string;
  readonly #options: RunOptions;

  constructor(folder: string, home: string, owner?: Owner) {
    this.#folder = folder;
    for (const each of [home, folder]) {
      mkdirSync(each, { recursive: true });
      if (owner) chownSync(each, owner.uid, owner.gid);
    }
    this.#options = { cwd: folder, ...owner, ...(owner && { env: { HOME: home, USER: 'somebody' } }) };
  }

  async install(tarball: string): Promise<void> {
    writeFileSync(join(this.#folder, '.npmrc'), 'audit=false\nfund=false\nprefer-offline=true\nloglevel=error\n');
    await run('npm', ['install', tarball], this.#options);
  }

  /** Starts it, looks at every part that a person opens, lets `use` work with it, and ends it. */
  async start(node: NodeVersion, basePort: number, use?: (client: SelfClient) => Promise<void>): Promise<void> {
    const options = { ...this.#options, env: { ...this.#options.env, ...node.env } };
    const args = ['grantway', 'start', '--json', '--data-centers', 'us', '--base-port', String(basePort)];
    const platform = new Running('npx', args, options);
    try {
      const { dataCenters, demo } = JSON.parse(await platform.line('{"ready"')) as Ready;
      const { accounts = '', api = '', console: pages = '' } = dataCenters.us ?? {};
      const sample = demo.sampleApps?.browser ?? `http://localhost:${basePort + 90}/`;
      const addresses = [
        ...[`${accounts}/oauth/serverinfo`, `${api}/crm/v8/openapi.json`, `${pages}/`],
        ...[sample, new URL('js/zcrmsdk.js', sample).href, ...Object.values(demo.sampleApps ?? {})],
      ];
      for (const address of addresses) {
        const { status } = await fetch(address);
        if (status !== 200) throw new Error(`${address}: expected status 200, got ${status}`);
      }
      const { client_id = '', client_secret = '' } = demo.clients.self ?? {};
      const newCode = async () => {
        const scope = 'ZohoCRM.users.READ,ZohoCRM.org.READ';
        const code = ['self-client', 'code', '--dc', 'us', '--client-id', client_id, '--scope', scope, '--json'];
        return (JSON.parse(await run('npx', ['grantway', ...code], options)) as { code: string }).code;
      };
      await use?.({ accounts, clientId: client_id, clientSecret: client_secret, newCode });
    } finally {
      await platform.stop();
    }
  }
}
