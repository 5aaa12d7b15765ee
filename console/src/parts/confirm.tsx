import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { clientTexts } from '../texts/client.ts';
import { Failed } from './loaded.tsx';

/** Asks before something is done, and says why when it could not be done. */
export function Confirm({
  opened,
  close,
  heading,
  text,
  action,
  danger = false,
  disabled = false,
  zIndex,
  run,
  children,
}: {
  readonly opened: boolean;
  readonly close: () => void;
  readonly heading: string;
  readonly text: string;
  /** What the button says. */
  readonly action: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  /** Where it may stand above another dialog. */
  readonly zIndex?: number;
  readonly run: () => Promise<void>;
  readonly children?: ReactNode;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    setFailure(undefined);
    try {
      await run();
      close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Modal opened={opened} onClose={close} title={heading} centered {...(zIndex === undefined ? {} : { zIndex })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          confirm();
        }}
      >
        <Stack>
          <Text>{text}</Text>
          {children}
          {failure && <Failed message={failure} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {clientTexts.cancel}
            </Button>
            <Button type="submit" loading={busy} disabled={disabled} {...(danger ? { color: 'red' } : {})}>
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
