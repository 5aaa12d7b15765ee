import { Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { Time } from '../../parts/time.tsx';
import { accountTexts as texts } from '../../texts/account.ts';

/** What the user signs in with; it is changed on a page of the accounts server, which asks for the password again. */
export function SecurityTab() {
  const query = useQuery(queries.accountSecurity());
  return (
    <Loaded query={query} height={220}>
      {({ authenticatorApp, changeAt, emailVerified, outside, passkeys, recoveryCodes }) => (
        <Stack>
          <Text>{emailVerified ? texts.emailVerified : texts.emailUnverified}</Text>
          <Text>{authenticatorApp ? texts.appOn : texts.appOff}</Text>
          {(authenticatorApp || passkeys.length > 0) && <Text>{texts.recoveryCodes(recoveryCodes)}</Text>}
          <Title order={2} size="h4">
            {texts.passkeys}
          </Title>
          {passkeys.length === 0 && <Text c="dimmed">{texts.noPasskeys}</Text>}
          <List>
            {passkeys.map(({ addedAt, name }) => (
              <List.Item key={`${name} ${addedAt}`}>
                {name}, {texts.addedOn} <Time iso={addedAt} />
              </List.Item>
            ))}
          </List>
          {outside.length > 0 && (
            <>
              <Title order={2} size="h4">
                {texts.outside}
              </Title>
              <List>
                {outside.map(({ email, linkedAt, name }) => (
                  <List.Item key={`${name} ${linkedAt}`}>
                    {email === null ? name : `${name} (${email})`}, {texts.addedOn} <Time iso={linkedAt} />
                  </List.Item>
                ))}
              </List>
            </>
          )}
          <Group>
            <Button component="a" href={changeAt}>
              {texts.changeSecurity}
            </Button>
          </Group>
        </Stack>
      )}
    </Loaded>
  );
}
