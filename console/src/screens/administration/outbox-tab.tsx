import { Badge, Button, Code, Modal, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { OutboxMail } from '../../../../server/src/console/wire-administration.ts';
import { administrationQueries } from '../../api/administration.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time, timeText } from '../../parts/time.tsx';
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
          <Table.ScrollContainer minWidth={760}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{texts.subject}</Table.Th>
                  <Table.Th>{texts.from}</Table.Th>
                  <Table.Th>{texts.to}</Table.Th>
                  <Table.Th>{texts.sendAt}</Table.Th>
                  <Table.Th>{texts.delivery}</Table.Th>
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
                    <Table.Td>
                      <Delivery mail={mail} />
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

const colors = { kept: 'gray', sent: 'green', retried: 'yellow', failed: 'red' } as const;

/** How the delivery of a mail stands, and why it went wrong. */
function Delivery({ mail: { delivery, failure, nextTryAt, sentAt } }: { readonly mail: OutboxMail }) {
  return (
    <>
      <Badge variant="light" color={colors[delivery]} miw="max-content">
        {texts.deliveries[delivery]}
      </Badge>
      {sentAt !== null && (
        <Text size="sm">
          <Time iso={sentAt} />
        </Text>
      )}
      {failure !== null && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {failure}
        </Text>
      )}
      {nextTryAt !== null && <Text size="sm">{texts.nextTry(timeText(nextTryAt))}</Text>}
    </>
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
          <div>
            <Text size="sm" fw={700}>
              {texts.delivery}
            </Text>
            <Delivery mail={mail} />
          </div>
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
