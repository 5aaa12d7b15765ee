import { Alert, Anchor, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { environments } from '../../../../server/src/config/data-centers.ts';
import type { NewToken, OrganizationList, OwnToken } from '../../../../server/src/console/wire.ts';
import { CallFailure, call } from '../../api/call.ts';
import type { Space } from '../../api/crm.ts';
import { queries } from '../../api/queries.ts';
import { useSession } from '../../app/session.tsx';
import { CopyField } from '../../parts/copy-field.tsx';
import { Failed, Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { SpaceChoice } from '../../parts/space-choice.tsx';
import { timeText } from '../../parts/time.tsx';
import { clientTexts } from '../../texts/client.ts';
import { tokenTexts as texts } from '../../texts/token.ts';
import { ScopePicker, scopesIn } from '../scopes/scope-picker.tsx';

const route = getRouteApi('/token');
/** Enough for most calls; what the call at hand needs is added. */
const usualScopes = [
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.ALL',
  'ZohoCRM.org.ALL',
  'ZohoCRM.coql.READ',
  'ZohoSearch.securesearch.READ',
];

/** Makes a token and hands it over to the page to try calls that opened this window; otherwise it is there to copy. */
export function Token() {
  const query = useQuery(queries.organizations());
  return (
    <Stack maw={720}>
      <ScreenHeading title={texts.heading} intro={texts.intro} />
      <Loaded query={query} height={420}>
        {({ organizations }) => <TokenForm organizations={organizations} />}
      </Loaded>
    </Stack>
  );
}

function TokenForm({ organizations }: OrganizationList) {
  const asked = route.useSearch();
  const { dataCenter } = useSession();
  const [scope, setScope] = useState(() => {
    // A scope of any module is none of its own.
    const needed = scopesIn(asked.scope ?? '').filter((each) => !each.includes('{'));
    return [...new Set([...usualScopes, ...needed])].join(',');
  });
  const [space, setSpace] = useState<Space>({
    organizationId: organizations[0]?.organizationId ?? '',
    environment: environments.find((each) => each === asked.environment) ?? 'production',
  });
  const [made, setMade] = useState<OwnToken>();
  const [failure, setFailure] = useState<CallFailure>();
  const [busy, setBusy] = useState(false);
  const origin = { production: dataCenter.api, sandbox: dataCenter.sandboxApi, developer: dataCenter.developerApi }[
    space.environment
  ];
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const token = await call<OwnToken>('POST', '/tokens', { scope, ...space } satisfies NewToken);
      setMade(token);
      // Only a page of this very API is told, whoever opened the window.
      (window.opener as Window | null)?.postMessage(token, origin);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Textarea
          label={clientTexts.scope}
          description={clientTexts.scopeHint}
          value={scope}
          onChange={(event) => setScope(event.currentTarget.value)}
          error={failure?.field === 'scope' ? failure.message : undefined}
          autosize
          minRows={2}
          autoComplete="off"
          spellCheck={false}
        />
        <ScopePicker value={scope} onChange={setScope} />
        <SpaceChoice organizations={organizations} value={space} onChange={setSpace} />
        {failure && failure.field !== 'scope' && <Failed message={failure.message} />}
        <Group>
          <Button type="submit" loading={busy}>
            {texts.make}
          </Button>
          <Anchor href={`${origin}/crm/v8/openapi.html`} size="sm">
            {texts.toTryPage}
          </Anchor>
        </Group>
        <div aria-live="polite">{made && <Made key={made.accessToken} token={made} />}</div>
      </Stack>
    </form>
  );
}

function Made({ token }: { readonly token: OwnToken }) {
  return (
    <Stack gap="xs">
      <CopyField label={texts.token} value={token.accessToken} />
      <Text size="sm">{texts.ends(timeText(token.expiresAt))}</Text>
      {window.opener !== null && (
        <Alert>
          <Stack align="flex-start" gap="xs">
            <Text size="sm">{texts.handedOver}</Text>
            <Button size="xs" variant="default" onClick={() => window.close()}>
              {texts.close}
            </Button>
          </Stack>
        </Alert>
      )}
    </Stack>
  );
}
