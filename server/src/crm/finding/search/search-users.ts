import { foldEmailAddress } from '../../../foundation/email-address.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { selectMatching } from '../../language/query/select-matching.ts';
import { usersModule } from '../../language/query/users-module.ts';
import { userAnswer } from '../../settings/people/user-answer.ts';
import { usersOfType } from '../../settings/people/users.ts';
import { isImpossible } from './search-condition.ts';
import { neededCondition, searchPage } from './search-page.ts';

/** GET /Users/search?type=: users by their names, e-mail addresses and states. */
export async function searchUsers(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query } = call;
  const condition = neededCondition(call, usersModule);
  const { page, perPage } = searchPage(call);
  const ofType = new Set(usersOfType(call, query.get('type') || 'AllUsers').map((user) => user.id));
  if (condition.kind === 'words') return answer(call, page, perPage, usersWithWords(call, condition.text, ofType));
  if (isImpossible(condition)) return { status: 204 };
  const rows = await selectMatching<{ user_id: string }>(store.database, {
    dataSpace: space.dataSpace,
    module: usersModule,
    condition,
    sorting: [],
    idsAscending: true,
    limit: space.contents.users.length,
    offset: 0,
    output: () => 'r.user_id',
  });
  const ids = rows.map((row) => row.user_id).filter((id) => ofType.has(id));
  return answer(call, page, perPage, ids);
}

function usersWithWords({ space }: CrmCall, text: string, among: ReadonlySet<string>): string[] {
  const words = text.toLowerCase().split(/\s+/);
  const fits = (user: { fullName: string; email: string }) => {
    const texts = user.fullName.toLowerCase().split(/\s+/);
    const address = foldEmailAddress(user.email);
    return words.every((word) => texts.includes(word) || foldEmailAddress(word) === address);
  };
  return space.contents.users.filter((user) => among.has(user.id) && fits(user)).map((user) => user.id);
}

function answer(call: CrmCall, page: number, perPage: number, ids: readonly string[]): CrmAnswer {
  const start = (page - 1) * perPage;
  const users = ids
    .slice(start, start + perPage)
    .map((id) => call.space.user(id))
    .filter((user) => user !== undefined)
    .map((user) => userAnswer(user, call));
  if (users.length === 0) return { status: 204 };
  const info = { per_page: perPage, count: users.length, page, more_records: ids.length > start + perPage };
  return { status: 200, json: { users, info } };
}
