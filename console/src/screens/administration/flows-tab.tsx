import { useNavigate, useSearch } from '@tanstack/react-router';
import { Flows } from '../flows/flows.tsx';

/** The flows of the data centre, of all clients; the one that is open is in the address. */
export function FlowsTab() {
  const { flow } = useSearch({ strict: false }) as { flow?: string };
  const navigate = useNavigate();
  return (
    <Flows
      base="/administration/flows"
      dataCenters={[]}
      flowId={flow}
      open={(id) =>
        navigate({
          to: '/administration/$tab',
          params: { tab: 'flows' },
          search: id === undefined ? {} : { flow: id },
          resetScroll: false,
        })
      }
    />
  );
}
