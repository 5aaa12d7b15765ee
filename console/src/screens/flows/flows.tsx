import { Alert, Button, FileButton, Group, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { type InfiniteData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { FlowList, Flow as WireFlow } from '../../../../server/src/console/wire-flows.ts';
import { flowOfDocument } from '../../../../server/src/inspector/flows/flow-document.ts';
import type { Flow } from '../../../../server/src/inspector/flows/flow-reader.ts';
import { type FlowBase, type FlowFilter, filterOf, flowQueries, noFilter, searchOf } from '../../api/flows.ts';
import { useSession } from '../../app/session.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { OlderButton } from '../../parts/older-button.tsx';
import { flowTexts as texts } from '../../texts/flows.ts';
import { FlowTable } from './flow-table.tsx';
import { FlowView } from './flow-view.tsx';

interface FlowsProps {
  readonly base: FlowBase;
  readonly dataCenters: readonly string[];
  /** The flow that is open, from the address. */
  readonly flowId: string | undefined;
  readonly open: (flowId: string | undefined) => void;
}

/** Flows that are listed as they come, and the one that is open as it grows. */
export function Flows({ base, dataCenters, flowId, open }: FlowsProps) {
  const [filter, setFilter] = useState<FlowFilter>(noFilter);
  const [shared, setShared] = useState<Flow>();
  const [notice, setNotice] = useState<string>();
  const query = useInfiniteQuery(flowQueries.list(base, filter));
  useLiveList(base, filter);
  const change = (fields: Partial<FlowFilter>) => setFilter((before) => ({ ...before, ...fields }));
  const find = useDebouncedCallback((text: string) => {
    filterOf(text.trim()).then(
      (found) => {
        setNotice(undefined);
        change(found);
      },
      () => setNotice(texts.findNeedsHttps),
    );
  }, 300);
  const changeUser = useDebouncedCallback(
    (text: string) => change({ userId: /^\d{1,19}$/.test(text) ? text : '' }),
    300,
  );
  const openFile = async (file: File | null) => {
    if (!file) return;
    try {
      setShared(flowOfDocument(JSON.parse(await file.text())));
      setNotice(undefined);
    } catch (error) {
      setNotice(`${texts.notShared} ${(error as Error).message}`);
    }
  };
  return (
    <Stack>
      <Text c="dimmed">{texts.intro}</Text>
      <Group align="flex-end">
        <SegmentedControl
          value={filter.outcome}
          onChange={(outcome) => change({ outcome })}
          aria-label={texts.outcome}
          data={[
            { value: '', label: texts.all },
            { value: 'failed', label: texts.failedOnly },
          ]}
        />
        {dataCenters.length > 1 && (
          <Select
            label={texts.dataCenter}
            data={dataCenters}
            value={filter.dataCenter === '' ? null : filter.dataCenter}
            onChange={(value) => change({ dataCenter: value ?? '' })}
            placeholder={texts.all}
            clearable
            w={150}
          />
        )}
        <TextInput
          label={texts.userId}
          inputMode="numeric"
          autoComplete="off"
          onChange={(event) => changeUser(event.currentTarget.value.trim())}
          w={150}
        />
        <TextInput
          label={texts.find}
          description={texts.findHint}
          autoComplete="off"
          onChange={(event) => find(event.currentTarget.value)}
          style={{ flexGrow: 1 }}
        />
        <FileButton onChange={openFile} accept="application/json,.json">
          {(props) => (
            <Button variant="default" {...props}>
              {texts.openShared}
            </Button>
          )}
        </FileButton>
      </Group>
      {notice !== undefined && <Alert color="yellow">{notice}</Alert>}
      {shared ? (
        <FlowView flow={shared} shared close={() => setShared(undefined)} />
      ) : (
        flowId !== undefined && <OpenFlow key={flowId} base={base} flowId={flowId} close={() => open(undefined)} />
      )}
      <Loaded query={query} height={400}>
        {({ pages }) => {
          const flows = pages.flatMap((page) => page.flows);
          const missing = [...new Set(pages.flatMap((page) => page.unreachable))];
          return (
            <Stack>
              {missing.length > 0 && <Alert color="yellow">{texts.unreachable(missing)}</Alert>}
              {flows.length === 0 ? <Text>{texts.none}</Text> : <FlowTable flows={flows} opened={flowId} open={open} />}
            </Stack>
          );
        }}
      </Loaded>
      <OlderButton query={query} label={texts.older} />
    </Stack>
  );
}

function OpenFlow({ base, close, flowId }: { base: FlowBase; flowId: string; close: () => void }) {
  const query = useQuery(flowQueries.flow(base, flowId));
  const { lab } = useSession();
  useLiveFlow(base, flowId);
  return (
    <Loaded query={query} height={300}>
      {(flow) => (
        <FlowView
          flow={readFlow(flow)}
          requestId={flowId}
          hiddenIn={flow.hiddenIn}
          labBase={lab ? base : undefined}
          close={close}
        />
      )}
    </Loaded>
  );
}

function readFlow({ lastAt, startedAt, ...flow }: WireFlow): Flow {
  return { ...flow, startedAtMs: Date.parse(startedAt), lastAtMs: Date.parse(lastAt) } as Flow;
}

/** Puts the flow in its place anew whenever it grows. */
function useLiveFlow(base: FlowBase, flowId: string): void {
  const cache = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/api${base}/${encodeURIComponent(flowId)}/stream`);
    source.onmessage = ({ data }) => cache.setQueryData(['flow', base, flowId], JSON.parse(data) as WireFlow);
    return () => source.close();
  }, [cache, base, flowId]);
}

/** Puts the newest flows in front of the older ones that are shown. */
function useLiveList(base: FlowBase, filter: FlowFilter): void {
  const cache = useQueryClient();
  useEffect(() => {
    const source = new EventSource(`/api${base}/stream?${searchOf(filter)}`);
    source.onmessage = ({ data }) => {
      const fresh = JSON.parse(data) as FlowList;
      cache.setQueryData<InfiniteData<FlowList, string>>(['flows', base, filter], (list) => {
        if (!list) return list;
        const known = new Set(fresh.flows.map((flow) => flow.flowId));
        const [first, ...others] = list.pages;
        const kept = first?.flows.filter((flow) => !known.has(flow.flowId)) ?? [];
        return {
          ...list,
          pages: [{ ...fresh, more: first?.more ?? fresh.more, flows: [...fresh.flows, ...kept] }, ...others],
        };
      });
    };
    return () => source.close();
  }, [cache, base, filter]);
}
