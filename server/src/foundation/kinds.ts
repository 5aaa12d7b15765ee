declare const kind: unique symbol;

/**
 * A text or number of one kind, told apart by the compiler alone: whatever is of no kind yet may become one (a row of the
 * database, a parameter), but one kind is never taken for another. Nothing of it is there at run time.
 */
export type Kind<Base, Name extends string> = Base & { readonly [kind]?: Name };

/** A moment: milliseconds since 1970, by the platform's clock. */
export type EpochMs = Kind<number, 'epoch milliseconds'>;
/** A length of time in seconds, as settings and the wire have it. */
export type Seconds = Kind<number, 'seconds'>;

/** SHA-256 of a code, token or secret: what the database holds in its place. */
export type SecretHash = Kind<Buffer, 'hash of a secret'>;
