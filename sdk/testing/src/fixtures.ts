import { readFile } from 'node:fs/promises';
import type { Admin } from './admin.ts';

/** How many entries the fixture has, whether they were made or there already. */
export interface AppliedFixture {
  readonly users: number;
  readonly organizations: number;
  readonly clients: number;
  readonly records: number;
  /** Of the grants that it declares, with their refresh tokens: the same ones each time, for as long as they live. */
  readonly grants: readonly AppliedGrant[];
}

export interface AppliedGrant {
  readonly user: string;
  /** Name of the client. */
  readonly client: string;
  readonly clientId: string;
  readonly dataCenter: string;
  readonly scope: string;
  readonly refreshToken: string;
}

interface Answer extends Omit<AppliedFixture, 'grants'> {
  readonly grants?: readonly {
    readonly user: string;
    readonly client: string;
    readonly client_id: string;
    readonly dc: string;
    readonly scope: string;
    readonly refresh_token: string;
  }[];
}

/** Users, organizations, clients, records and grants from files; what is there already is left as it is. */
export class Fixtures {
  readonly #admin: Admin;

  constructor(admin: Admin) {
    this.#admin = admin;
  }

  /**
   * @param fixture YAML text, or an object of the same form (docs/lab.md).
   * Throws TestPlatformError that names the wrong entry: `users[1].dc: …`
   */
  async apply(fixture: string | object): Promise<AppliedFixture> {
    const yaml = typeof fixture === 'string' ? fixture : JSON.stringify(fixture);
    const { grants = [], ...counts } = await this.#admin.call<Answer>('POST', '/lab/fixtures', { yaml });
    return {
      ...counts,
      grants: grants.map(({ client, client_id: clientId, dc: dataCenter, refresh_token: refreshToken, ...rest }) => ({
        ...{ ...rest, client, clientId, dataCenter, refreshToken },
      })),
    };
  }

  /** @param file of YAML, or JSON. */
  async applyFile(file: string | URL): Promise<AppliedFixture> {
    return this.apply(await readFile(file, 'utf8'));
  }
}
