import { Button, Group, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState } from 'react';
import type { FlowReplay, FlowTest } from '../../../../server/src/console/wire-flows.ts';
import { call } from '../../api/call.ts';
import type { FlowBase } from '../../api/flows.ts';
import { CopyBlock } from '../../parts/copy-field.tsx';
import { Failed } from '../../parts/loaded.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { flowTexts as texts } from '../../texts/flows.ts';
import { ReplayResult } from './replay-result.tsx';

/** What a platform with the lab does with a flow: do it again, and write it as a test. */
export function FlowLab({ base, flowId }: { readonly base: FlowBase; readonly flowId: string }) {
  const [replay, setReplay] = useState<FlowReplay>();
  const [test, setTest] = useState<FlowTest>();
  const [busy, setBusy] = useState<'replay' | 'test'>();
  const [failure, setFailure] = useState<string>();
  const clipboard = useClipboard({ timeout: 2000 });
  const path = `${base}/${encodeURIComponent(flowId)}`;
  const attempt = async (what: 'replay' | 'test', work: () => Promise<void>) => {
    setBusy(what);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(undefined);
    }
  };
  const run = () => attempt('replay', async () => setReplay(await call<FlowReplay>('POST', `${path}/replay`)));
  const write = () =>
    attempt('test', async () => {
      const written = await call<FlowTest>('GET', `${path}/test`);
      setTest(written);
      clipboard.copy(written.source);
    });
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Button size="xs" onClick={run} loading={busy === 'replay'}>
          {texts.replay}
        </Button>
        <Button size="xs" variant="default" onClick={write} loading={busy === 'test'}>
          {texts.copyTest}
        </Button>
        <Text size="sm" c="dimmed">
          {texts.labHint}
        </Text>
      </Group>
      {failure !== undefined && <Failed message={failure} />}
      {replay && <ReplayResult replay={replay} close={() => setReplay(undefined)} />}
      {test && (
        <Stack component="section" aria-label={texts.test} gap="xs">
          <Group gap="xs">
            <Text size="sm" role="status">
              {clipboard.copied ? texts.testCopied : texts.testText}
            </Text>
            <Button
              size="xs"
              variant="default"
              onClick={() => saveFile(`flow-${flowId}.test.js`, 'text/javascript', test.source)}
            >
              {texts.saveTest}
            </Button>
            <Button size="xs" variant="default" onClick={() => setTest(undefined)}>
              {texts.closeTest}
            </Button>
          </Group>
          <CopyBlock label={texts.test} value={test.source} />
        </Stack>
      )}
    </Stack>
  );
}
