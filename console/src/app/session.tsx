import { Button, Container, Group, Modal, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { Session } from '../../../server/src/console/wire.ts';
import { CallFailure, call, onSignedOut, setCsrfToken } from '../api/call.ts';
import { queries } from '../api/queries.ts';
import { Failed } from '../parts/loaded.tsx';
import { shellTexts } from '../texts/shell.ts';

const SessionContext = createContext<Session | undefined>(undefined);

/** Who is signed in. Screens are only shown to somebody who is. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is for screens inside SignedIn');
  return session;
}

/** The address that begins a sign-in and comes back to the current screen. */
export function signInAddress(): string {
  const { pathname, search } = window.location;
  return `/sign-in?return=${encodeURIComponent(pathname + search)}`;
}

/** Shows its children to who is signed in, and the way to sign in to everybody else. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const query = useQuery(queries.session());
  useEffect(() => {
    if (query.data) setCsrfToken(query.data.csrfToken);
  }, [query.data]);
  if (query.data) {
    return (
      <SessionContext value={query.data}>
        {children}
        <SessionEnded />
      </SessionContext>
    );
  }
  if (!query.isError) return <Skeleton height="100vh" role="status" aria-busy="true" aria-label={shellTexts.loading} />;
  if (query.error instanceof CallFailure && query.error.code === 'SIGNED_OUT') return <SignInPage />;
  return (
    <Container size="sm" py="xl" component="main">
      <Failed message={query.error.message} again={() => query.refetch()} />
    </Container>
  );
}

function SignInPage() {
  return (
    <Container size="xs" py={80} component="main">
      <Stack gap="md" align="flex-start">
        <img src="/mark.svg" alt="" width={56} height={56} />
        <Title order={1}>{shellTexts.product}</Title>
        <Text size="lg">{shellTexts.welcome}</Text>
        <Text c="dimmed">{shellTexts.signInText}</Text>
        <Button component="a" href={signInAddress()} size="md">
          {shellTexts.signIn}
        </Button>
      </Stack>
    </Container>
  );
}

/** When the session ends while a screen is open: the screen stays as it is, so that nothing typed is lost. */
function SessionEnded() {
  const [ended, setEnded] = useState(false);
  const client = useQueryClient();
  useEffect(() => onSignedOut(() => setEnded(true)), []);
  const back = async () => {
    const session = await client.fetchQuery({ ...queries.session(), staleTime: 0 }).catch(() => undefined);
    if (!session) return;
    setCsrfToken(session.csrfToken);
    setEnded(false);
  };
  return (
    <Modal
      opened={ended}
      onClose={() => setEnded(false)}
      title={shellTexts.sessionEndedHeading}
      centered
      // In front of a form that is a dialog itself.
      zIndex={400}
    >
      <Stack>
        <Text>{shellTexts.sessionEndedText}</Text>
        <Group>
          <Button component="a" href="/sign-in?return=/start" target="_blank" rel="opener">
            {shellTexts.sessionEndedOpen}
          </Button>
          <Button variant="default" onClick={back}>
            {shellTexts.sessionEndedBack}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** Ends the session here and at the accounts server. */
export async function signOut(): Promise<void> {
  const { next } = await call<{ next: string }>('POST', '/sign-out');
  window.location.assign(next);
}
