import type { Session } from '@grantway/native';
import { useState } from 'react';
import type { PhoneApp } from './phone-app.ts';
import { tell } from './tell.ts';

/** The session of the app, and what the user can do about it. */
export interface SessionControl {
  readonly session: Session | undefined;
  /** While the user is in the browser. */
  readonly signingIn: boolean;
  /** Why the last attempt did not succeed; empty when nothing is to be told. */
  readonly problem: string;
  signIn(start: string): Promise<void>;
  signOut(): Promise<void>;
  /** A call found that the session is over. */
  ended(error: unknown): void;
}

/** Keeps the session: where it lies between two starts of the app is the client's `secureStorage`. */
export function useSession({ client, session: restored, failure }: PhoneApp): SessionControl {
  const [session, setSession] = useState(restored);
  const [signingIn, setSigningIn] = useState(false);
  const [problem, setProblem] = useState(failure === undefined ? '' : tell(failure));

  const ended = (error: unknown) => {
    setSession(undefined);
    setProblem(tell(error));
  };
  return {
    session,
    signingIn,
    problem,
    ended,
    async signIn(start) {
      setProblem('');
      setSigningIn(true);
      try {
        setSession(await client.signIn({ dataCenter: start }));
      } catch (error) {
        ended(error);
      } finally {
        setSigningIn(false);
      }
    },
    async signOut() {
      setProblem('');
      try {
        await session?.signOut();
        setSession(undefined);
      } catch (error) {
        // Signed out here all the same; the user should know that the server was not told.
        ended(error);
      }
    },
  };
}
