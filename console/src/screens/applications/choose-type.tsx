import { Button, Card, Group, Modal, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import type { Client } from '../../../../server/src/console/wire.ts';
import { FlowPicture } from '../../parts/flow-picture.tsx';
import { ScreenButton } from '../../parts/links.tsx';
import { useScreenTitle } from '../../parts/screen.tsx';
import { clientTypeOrder, clientTypeTexts, applicationsTexts as texts } from '../../texts/applications.ts';

/** The five types of client as cards, with a way to find the right one. */
export function ChooseType() {
  const [asking, { open, close }] = useDisclosure();
  useScreenTitle(texts.chooseHeading);
  return (
    <Stack>
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={1}>{texts.chooseHeading}</Title>
          <Text c="dimmed">{texts.chooseIntro}</Text>
        </div>
        <Button variant="default" onClick={open}>
          {texts.whichOne}
        </Button>
      </Group>
      <TypeCards />
      <Modal opened={asking} onClose={close} title={texts.whichOne} centered>
        <Questions />
      </Modal>
    </Stack>
  );
}

export function TypeCards() {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
      {clientTypeOrder.map((type) => {
        const { heading, alias, when } = clientTypeTexts[type];
        return (
          <Card key={type} withBorder padding="lg" component="section" aria-label={heading}>
            <Stack h="100%" gap="sm">
              <FlowPicture type={type} />
              <div>
                <Title order={2} size="h3">
                  {heading}
                </Title>
                <Text size="sm" c="dimmed">
                  {alias}
                </Text>
              </div>
              <Text size="sm" flex={1}>
                {when}
              </Text>
              <ScreenButton
                to="/applications/new/$type"
                params={{ type }}
                aria-label={`${texts.createNow}: ${heading}`}
              >
                {texts.createNow}
              </ScreenButton>
            </Stack>
          </Card>
        );
      })}
    </SimpleGrid>
  );
}

type Question = keyof typeof texts.whichQuestions;

/** Where each answer leads: to another question, or to a type. */
const tree: Readonly<
  Record<Question, { readonly yes: Question | Client['type']; readonly no: Question | Client['type'] }>
> = {
  own: { yes: 'self', no: 'keyboard' },
  keyboard: { yes: 'device', no: 'installed' },
  installed: { yes: 'mobile', no: 'server' },
  server: { yes: 'server', no: 'browser' },
};

function Questions() {
  const [question, setQuestion] = useState<Question>('own');
  const [found, setFound] = useState<Client['type']>();
  const answer = (said: 'yes' | 'no') => {
    const next = tree[question][said];
    // The question and the type "server" share their name: only a "no" to an earlier question leads to the question.
    if (next in tree && question !== 'server') setQuestion(next as Question);
    else setFound(next as Client['type']);
  };
  if (found) {
    const { heading, when } = clientTypeTexts[found];
    return (
      <Stack>
        <Text fw={600}>{texts.answer(heading)}</Text>
        <Text size="sm">{when}</Text>
        <Group>
          <ScreenButton to="/applications/new/$type" params={{ type: found }}>
            {texts.createNow}
          </ScreenButton>
          <Button
            variant="default"
            onClick={() => {
              setFound(undefined);
              setQuestion('own');
            }}
          >
            {texts.startAgain}
          </Button>
        </Group>
      </Stack>
    );
  }
  return (
    <Stack aria-live="polite">
      <Text>{texts.whichQuestions[question]}</Text>
      <Group>
        <Button onClick={() => answer('yes')}>{texts.yes}</Button>
        <Button variant="default" onClick={() => answer('no')}>
          {texts.no}
        </Button>
      </Group>
    </Stack>
  );
}
