import type { ClientConfig } from 'pg';
import { DatabaseCopies } from '../database/copies.ts';

/** The coordinator of a Citus cluster and its workers, each of which has a database for each of the coordinator's. */
export interface CitusNodes {
  /** Connections to the workers, without the name of a database. */
  readonly workers: readonly ClientConfig[];
  /** A database on every node, joined to a cluster of its own. */
  create(database: string): Promise<void>;
  /** Ends its sessions and lets nobody in, so that it can be copied: the daemon of Citus would hold it otherwise. */
  close(database: string): Promise<void>;
  /** Drops the databases of the workers that begin with `prefix`, and closes the connections. */
  stop(prefix: string): Promise<void>;
}

interface Node {
  readonly host: string;
  readonly port: number;
}

/** @returns undefined where the database that the connection names is not the coordinator of a cluster with workers. */
export async function citusNodes(coordinator: DatabaseCopies): Promise<CitusNodes | undefined> {
  const { self, others } = await readNodes(coordinator);
  if (others.length === 0) return undefined;
  const workers = others.map((node) => new DatabaseCopies({ ...coordinator.connectionTo(coordinator.name), ...node }));
  const nodes = [coordinator, ...workers];
  return {
    workers: workers.map((worker) => {
      const { database: _, ...connection } = worker.connectionTo('');
      return connection;
    }),
    create: async (database) => {
      for (const node of nodes) {
        await node.create(database);
        await run(node, database, 'CREATE EXTENSION citus');
      }
      await run(coordinator, database, 'SELECT citus_set_coordinator_host($1, $2)', [self.host, self.port]);
      for (const { host, port } of others)
        await run(coordinator, database, 'SELECT citus_add_node($1, $2)', [host, port]);
    },
    close: async (database) => {
      for (const node of nodes) {
        await run(node, node.name, `ALTER DATABASE "${database}" ALLOW_CONNECTIONS false`);
        await node.endSessions(database);
      }
    },
    stop: async (prefix) => {
      for (const worker of workers) {
        for (const database of await worker.list(prefix)) await worker.drop(database);
        await worker.close();
      }
    },
  };
}

async function readNodes(coordinator: DatabaseCopies): Promise<{ self: Node; others: Node[] }> {
  const { connection, close } = await coordinator.connect(coordinator.name);
  try {
    const [known] = await connection.query<{ known: boolean }>({
      text: `SELECT to_regclass('pg_dist_node') IS NOT NULL AS known`,
    });
    if (!known?.known) return { self: { host: '', port: 0 }, others: [] };
    const nodes = await connection.query<Node & { group: number }>({
      text: `SELECT nodename AS host, nodeport AS port, groupid AS group FROM pg_dist_node
             WHERE noderole = 'primary' AND isactive ORDER BY groupid`,
    });
    const [self, ...others] = nodes.map(({ host, port }) => ({ host, port }));
    if (nodes[0]?.group !== 0 || !self)
      throw new Error('expected the coordinator to be known by its address: citus_set_coordinator_host');
    return { self, others };
  } finally {
    await close();
  }
}

async function run(node: DatabaseCopies, database: string, text: string, values: unknown[] = []): Promise<void> {
  const { connection, close } = await node.connect(database);
  await connection.query({ text, values }).finally(close);
}
