import { type Database, isUniqueViolation } from '../database/database.ts';
import { readFact, writeFact } from '../directory/facts.ts';
import type { HomeIndex } from '../directory/home-index.ts';
import { foldEmailAddress } from '../foundation/email-address.ts';
import type { Log } from '../http/log.ts';
import { nameSlotOf, slotOf } from '../oauth/slots.ts';

/** The fold that holds; another one makes every data centre look through its users again. */
const fold = 'UTS 46';

/**
 * Brings users whose address was folded by an earlier release under today's fold: their rows here and their entries in
 * the home index, of which only this process can make the keyed hash. Once per data centre; can be cut short and be run
 * by several processes at a time. A user whose address is somebody else's under the new fold stays unchanged, and the
 * log says so: the two were one mailbox with two accounts, and which of them is right only the operator knows.
 */
export async function refoldAddresses(
  database: Database,
  directory: Database,
  homeIndex: HomeIndex,
  dataCenterId: string,
  log: Log,
): Promise<void> {
  const fact = `address-fold ${dataCenterId}`;
  if ((await readFact(directory, fact)) === fold) return;
  const users = await database.query<EarlierUser>({
    text: `SELECT user_id, email, email_folded FROM user_account WHERE email ~ '[^ -~]' OR email ILIKE '%xn--%'`,
  });
  for (const user of users) {
    if (await refold(database, homeIndex, dataCenterId, user)) continue;
    log.warn(
      { dataCenter: dataCenterId, userId: user.user_id },
      'the address of this user belongs to another user too, in another spelling; this user cannot sign in with it',
    );
  }
  await writeFact(directory, fact, fold);
}

interface EarlierUser {
  readonly user_id: string;
  readonly email: string;
  readonly email_folded: string;
}

async function refold(
  database: Database,
  homeIndex: HomeIndex,
  dataCenterId: string,
  { user_id: userId, email, email_folded: before }: EarlierUser,
): Promise<boolean> {
  const home = await homeIndex.find(email);
  if (home !== undefined && home !== dataCenterId) return false;
  const folded = foldEmailAddress(email);
  try {
    const claimed = await database.transaction(async (transaction) => {
      const [holder] = await transaction.query<{ user_id: string }>({
        text: `INSERT INTO user_address AS a (email_folded, name_slot, user_id) VALUES ($1, $2, $3)
               ON CONFLICT ON CONSTRAINT user_address_pkey DO UPDATE SET user_id = a.user_id RETURNING user_id`,
        values: [folded, nameSlotOf(folded), userId],
      });
      if (holder?.user_id !== userId) return false;
      await transaction.query({
        text: 'UPDATE user_account SET email_folded = $2 WHERE user_id = $1 AND slot = $3 AND email_folded <> $2',
        values: [userId, folded, slotOf(userId)],
      });
      await transaction.query({
        text: `DELETE FROM user_address WHERE email_folded = $1 AND name_slot = $2 AND user_id = $3 AND email_folded <> $4`,
        values: [before, nameSlotOf(before), userId, folded],
      });
      return true;
    });
    if (!claimed) return false;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
  return homeIndex.refold(earlierFold(email), email, dataCenterId);
}

/** What releases before this fold compared. */
function earlierFold(email: string): string {
  return email.trim().normalize('NFKC').toLowerCase();
}
