import type { CrmCaller, CrmRequest } from './call.ts';

export interface PageInfo {
  readonly count?: number;
  readonly page?: number;
  readonly per_page?: number;
  readonly more_records?: boolean;
  readonly next_page_token?: string | null;
}

export interface Page<T> {
  readonly records: readonly T[];
  readonly info: PageInfo;
}

/**
 * The pages of a list. Each page is asked for when the one before has been used. Where the answer has a token for the next
 * page, it takes the place of the page number, which ends at 2,000 records.
 */
export async function* pages<T>(
  caller: CrmCaller,
  request: Omit<CrmRequest, 'method'>,
  name = 'data',
): AsyncGenerator<Page<T>> {
  let place: { page?: number; page_token?: string } = {};
  for (let number = 1; ; number++) {
    const answer = await caller.json<Record<string, unknown>>({
      ...request,
      method: 'GET',
      query: { ...request.query, ...place },
    });
    if (!answer) return;
    const records = (answer[name] ?? []) as T[];
    const info = (answer.info ?? {}) as PageInfo;
    yield { records, info };
    if (!info.more_records || records.length === 0) return;
    place = info.next_page_token ? { page_token: info.next_page_token } : { page: number + 1 };
  }
}
