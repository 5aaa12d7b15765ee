import { Button, Group, Modal, Stack, Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Client, NewClient } from '../../../../server/src/console/wire.ts';
import { CallFailure, call } from '../../api/call.ts';
import { Failed } from '../../parts/loaded.tsx';
import { useScreenTitle } from '../../parts/screen.tsx';
import { clientTypeOrder, clientTypeTexts, applicationsTexts as texts } from '../../texts/applications.ts';
import { ChooseType } from './choose-type.tsx';
import { ClientForm, toClientFields } from './client-form.tsx';

const empty = { name: '', homepageUrl: '', redirectUris: [''], javascriptDomains: [''] };

/** Registers a client of the type in the address. */
export function NewClientScreen() {
  const { type: named = '' } = useParams({ strict: false }) as { type?: string };
  const type = clientTypeOrder.find((each) => each === named);
  useScreenTitle(type ? texts.newHeading(clientTypeTexts[type].heading) : texts.chooseHeading);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const create = async (client: NewClient) => {
    const { clientId } = await call<Client>('POST', '/clients', client);
    await queries.invalidateQueries({ queryKey: ['clients'] });
    await navigate({ to: '/applications/$clientId/$tab', params: { clientId, tab: 'secret' } });
  };
  const back = () => navigate({ to: '/applications/new' });
  if (!type) return <ChooseType />;
  if (type === 'self')
    return (
      <SelfClient
        create={() => create({ type, ...empty, homepageUrl: null, redirectUris: [], javascriptDomains: [] })}
        back={back}
      />
    );
  return (
    <Stack>
      <Title order={1}>{texts.newHeading(clientTypeTexts[type].heading)}</Title>
      <ClientForm
        type={type}
        initial={empty}
        submitLabel={texts.create}
        onCancel={back}
        onSubmit={(values) => create({ type, ...toClientFields(type, values) })}
      />
    </Stack>
  );
}

/** The self client has no fields: a question, and it is there. */
function SelfClient({ create, back }: { readonly create: () => Promise<void>; readonly back: () => void }) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const confirm = async () => {
    setBusy(true);
    try {
      await create();
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      setFailure(error.message);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  return (
    <Stack align="flex-start">
      <Title order={1}>{texts.newHeading(clientTypeTexts.self.heading)}</Title>
      <Text>{texts.selfText}</Text>
      {failure && <Failed message={failure} />}
      <Group>
        <Button onClick={() => setAsking(true)}>{texts.create}</Button>
        <Button variant="default" onClick={back}>
          {texts.cancel}
        </Button>
      </Group>
      <Modal opened={asking} onClose={() => setAsking(false)} title={texts.selfHeading} centered>
        <Stack>
          <Text>{texts.selfText}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={() => setAsking(false)}>
              {texts.cancel}
            </Button>
            <Button onClick={confirm} loading={busy} data-autofocus>
              {texts.ok}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
