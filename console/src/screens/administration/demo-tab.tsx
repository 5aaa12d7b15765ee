import { Code, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { administrationQueries } from '../../api/administration.ts';
import { CopyIcon } from '../../parts/copy-field.tsx';
import { TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

/** The demo's accounts and clients, as the first start and the command `demo` tell them. */
export function DemoTab() {
  const query = useQuery(administrationQueries.demo());
  return (
    <Stack>
      <Text c="dimmed">{texts.demoText}</Text>
      <Loaded query={query} height={520}>
        {(demo) =>
          demo === null ? (
            <Text>{texts.noDemo}</Text>
          ) : (
            <>
              <Title order={2} size="h4">
                {texts.demoAccounts}
              </Title>
              <Table.ScrollContainer minWidth={560}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{texts.dataCenter}</Table.Th>
                      <Table.Th>{texts.email}</Table.Th>
                      <Table.Th>{texts.profile}</Table.Th>
                      <Table.Th>{texts.password}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {demo.users.map(({ dataCenter, email, profile, password }) => (
                      <Table.Tr key={email}>
                        <Table.Td>{dataCenter}</Table.Td>
                        <Table.Td>{email}</Table.Td>
                        <Table.Td>{profile}</Table.Td>
                        <Table.Td>
                          {password === null ? (
                            texts.passwordChanged
                          ) : (
                            <Told label={texts.passwordOf(email)} value={password} />
                          )}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              <Title order={2} size="h4">
                {texts.demoClients}
              </Title>
              <Table.ScrollContainer minWidth={560}>
                <Table>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{texts.type}</Table.Th>
                      <Table.Th>{texts.clientId}</Table.Th>
                      <Table.Th>{texts.clientSecret}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {demo.clients.map(({ type, clientId, secrets }) => (
                      <Table.Tr key={clientId}>
                        <Table.Td>{type}</Table.Td>
                        <Table.Td>
                          <TextLink to="/applications/$clientId" params={{ clientId }} size="sm">
                            {clientId}
                          </TextLink>
                        </Table.Td>
                        <Table.Td>
                          <Secrets type={type} secrets={secrets} />
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            </>
          )
        }
      </Loaded>
    </Stack>
  );
}

/** Secrets that differ between data centres have a line each. */
function Secrets({ type, secrets }: { readonly type: string; readonly secrets: Readonly<Record<string, string>> }) {
  const bySecret = [...Map.groupBy(Object.entries(secrets), ([, secret]) => secret)];
  if (bySecret.length === 0) return texts.secretUntold;
  return bySecret.map(([secret, places]) => {
    const where = places.map(([id]) => id).join(', ');
    return <Told key={secret} label={texts.secretOf(type, where)} value={secret} note={where} />;
  });
}

function Told({ label, value, note }: { readonly label: string; readonly value: string; readonly note?: string }) {
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8 }}>
      <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
      <CopyIcon label={label} value={value} />
      {note !== undefined && (
        <Text span size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </span>
  );
}
