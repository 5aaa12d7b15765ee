import type { Topology } from '../../config/data-centers.ts';
import type { Database } from '../../database/database.ts';
import type { FlowLink } from './flow-store.ts';

/** Finds the flow of a code, token or device at the other data centres of the realm that this process reaches. */
export class FlowsElsewhere {
  readonly #topology: Topology;
  readonly #databases: ReadonlyMap<string, Database>;

  constructor(topology: Topology, databases: ReadonlyMap<string, Database>) {
    this.#topology = topology;
    this.#databases = databases;
  }

  /**
   * @param here where the key came to.
   * @param there the data centre that knows the credential, where that is known already. It may be of another realm: the
   * operator's own look at a token that was brought to the wrong place.
   * @returns undefined where none knows it, or those that might do not answer.
   */
  async find(key: string, here: string, there?: string): Promise<FlowLink | undefined> {
    const own = this.#topology.find(here);
    const ids = there !== undefined ? [there] : own ? this.#topology.realmOf(own).map(({ id }) => id) : [];
    const answers = ids
      .filter((id) => id !== here)
      .map(async (id) => {
        const link = await this.#ask(id, key);
        if (!link) throw new Error('unknown there');
        return link;
      });
    return Promise.any(answers).catch(() => undefined);
  }

  async #ask(id: string, key: string): Promise<FlowLink | undefined> {
    const [row] =
      (await this.#databases.get(id)?.query<{ flow_id: string; client_id: string | null }>({
        name: 'flow-link',
        text: 'SELECT flow_id, client_id FROM flow_link WHERE key = $1',
        values: [key],
      })) ?? [];
    return row && { flowId: row.flow_id, clientId: row.client_id };
  }
}
