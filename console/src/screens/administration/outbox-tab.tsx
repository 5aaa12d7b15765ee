import { Button, Code, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { administrationQueries } from '../../api/administration.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';
import { SearchedList } from './searched-list.tsx';

/** The mails that the platform has written. */
export function OutboxTab() {
  const [opened, setOpened] = useState<string>();
  return (
    <Stack>
      <Text c="dimmed">{texts.outboxText}</Text>
      <SearchedList
        tab="outbox"
        searchable={false}
        empty={texts.noMails}
        options={(_search, page) => administrationQueries.mails(page)}
      >
        {({ mails }) => (
          <Table.ScrollContainer minWidth={620}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{texts.subject}</Table.Th>
                  <Table.Th>{texts.from}</Table.Th>
                  <Table.Th>{texts.to}</Table.Th>
                  <Table.Th>{texts.sendAt}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {mails.map((mail) => (
                  <Table.Tr key={mail.messageId}>
                    <Table.Td>
                      <Button variant="subtle" size="compact-sm" onClick={() => setOpened(mail.messageId)}>
                        {mail.subject}
                      </Button>
                    </Table.Td>
                    <Table.Td>{mail.from}</Table.Td>
                    <Table.Td>{mail.to.join(', ')}</Table.Td>
                    <Table.Td>
                      <Time iso={mail.sendAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </SearchedList>
      <Modal opened={opened !== undefined} onClose={() => setOpened(undefined)} title={texts.content} size="lg">
        {opened && <MailContent messageId={opened} />}
      </Modal>
    </Stack>
  );
}

/** The mail as it was written; HTML is shown as source, so that nothing in it runs or is fetched. */
function MailContent({ messageId }: { readonly messageId: string }) {
  const query = useQuery(administrationQueries.mail(messageId));
  return (
    <Loaded query={query} height={320}>
      {(mail) => (
        <Stack gap="xs">
          {(
            [
              [texts.subject, mail.subject],
              [texts.from, mail.from],
              [texts.to, mail.to.join(', ')],
              [texts.cc, mail.cc.join(', ')],
              [texts.bcc, mail.bcc.join(', ')],
              [texts.attachments, mail.attachments.join(', ')],
            ] as const
          )
            .filter(([, value]) => value !== '')
            .map(([label, value]) => (
              <Text key={label} size="sm">
                <b>{label}</b>: {value}
              </Text>
            ))}
          <Code
            block
            tabIndex={0}
            aria-label={texts.content}
            style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}
          >
            {mail.content}
          </Code>
        </Stack>
      )}
    </Loaded>
  );
}
