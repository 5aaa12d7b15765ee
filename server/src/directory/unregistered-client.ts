import type { Topology } from '../config/data-centers.ts';
import type { SecretHash } from '../foundation/kinds.ts';
import type { Client } from '../oauth/client.ts';
import { nobody } from '../oauth/ids.ts';

/** What clients have in common that are in no database: nobody owns them, and they are enabled in every data centre. */
export function unregisteredClient({ dataCenters }: Topology, secretHash: SecretHash) {
  return {
    dataCenter: dataCenters[0]?.id ?? '',
    ownerId: nobody,
    sameSecret: true,
    resourceServer: false,
    secretsShownOnce: true,
    createdAtMs: 0,
    overrides: {},
    dataCenters: new Map(dataCenters.map(({ id }) => [id, { enabled: true, secretHash }])),
  } satisfies Partial<Client>;
}
