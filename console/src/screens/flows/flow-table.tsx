import { Badge, Button, Table, Text } from '@mantine/core';
import type { FlowSummary } from '../../../../server/src/console/wire-flows.ts';
import { Time } from '../../parts/time.tsx';
import { flowTexts as texts } from '../../texts/flows.ts';

interface FlowTableProps {
  readonly flows: readonly FlowSummary[];
  readonly opened: string | undefined;
  readonly open: (flowId: string | undefined) => void;
}

/** Flows, newest first; each opens. */
export function FlowTable({ flows, opened, open }: FlowTableProps) {
  return (
    <Table.ScrollContainer minWidth={780}>
      <Table verticalSpacing="xs" aria-label={texts.list}>
        <Table.Tbody>
          {flows.map(({ clientId, dataCenters, flowId, outcome, startedAt, steps, userId }) => (
            <Table.Tr key={flowId} data-opened={opened === flowId || undefined}>
              <Table.Td>
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={texts.open(flowId)}
                  aria-expanded={opened === flowId}
                  onClick={() => open(opened === flowId ? undefined : flowId)}
                >
                  {flowId}
                </Button>
              </Table.Td>
              <Table.Td>
                <Time iso={startedAt} />
              </Table.Td>
              <Table.Td>
                <Badge variant="light" color={outcome === 'failed' ? 'red' : 'green'}>
                  {texts[outcome]}
                </Badge>
              </Table.Td>
              <Table.Td>{dataCenters.join(' → ')}</Table.Td>
              <Table.Td>{texts.steps(steps)}</Table.Td>
              <Table.Td>
                <Text size="xs" ff="monospace">
                  {clientId ?? texts.unknownClient}
                </Text>
                {userId !== null && <Text size="xs">{`${texts.userId} ${userId}`}</Text>}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
