import type { ClientChange } from '../../../../server/src/console/wire.ts';

/** Changes the client that a page shows. @throws CallFailure with the field that is refused. */
export type ChangeClient = (change: ClientChange) => Promise<void>;
