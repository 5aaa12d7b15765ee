import type { NativeClient, Session } from '@grantway/native';

/** Where a sign-in can begin. */
export interface Start {
  readonly id: string;
  readonly name: string;
}

/** The app as it begins, on a phone or in a page. */
export interface PhoneApp {
  readonly client: NativeClient;
  readonly starts: readonly Start[];
  /** Of an earlier start of the app; undefined when nobody is signed in. */
  readonly session: Session | undefined;
  /** Why the sign-in that brought the user back here did not succeed. */
  readonly failure?: unknown;
}
