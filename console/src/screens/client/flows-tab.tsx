import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Client } from '../../../../server/src/console/wire.ts';
import { Flows } from '../flows/flows.tsx';

/** The flows of the client; the one that is open is in the address. */
export function FlowsTab({ client }: { readonly client: Client }) {
  const { flow } = useSearch({ strict: false }) as { flow?: string };
  const navigate = useNavigate();
  const { clientId } = client;
  return (
    <Flows
      base={`/clients/${encodeURIComponent(clientId)}/flows`}
      dataCenters={client.enabledDataCenters}
      flowId={flow}
      open={(id) =>
        navigate({
          to: '/applications/$clientId/$tab',
          params: { clientId, tab: 'flows' },
          search: id === undefined ? {} : { flow: id },
          resetScroll: false,
        })
      }
    />
  );
}
