import type { Client } from '../../../../server/src/console/wire.ts';

export function SecretTab({ client }: { readonly client: Client }) {
  return <p>{client.clientId}</p>;
}
