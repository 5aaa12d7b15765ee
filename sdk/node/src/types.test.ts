import { expectTypeOf, test } from 'vitest';
import type { TokenVerifier, VerifiedToken } from './guard/index.ts';
import { guard } from './guard/index.ts';
import {
  ApiError,
  type CoqlQuery,
  type CrmClient,
  type CrmRecord,
  coql,
  type Environment,
  GrantwayError,
  type OAuthClient,
  type Session,
  type TokenStore,
  type WriteResult,
} from './index.ts';

/** What programs rely on when they compile; `npm run types` checks it. */
interface Modules {
  Leads: { Last_Name: string; Annual_Revenue?: number };
}
declare const oauth: OAuthClient;
declare const crm: CrmClient<Modules>;
declare const store: TokenStore;
declare const verifier: TokenVerifier;
const never = (_: () => unknown) => {};

test('records have the types of their module, and others are open', () => {
  never(async () => {
    const lead = await crm.records.get('Leads', '1');
    expectTypeOf(lead).toEqualTypeOf<(Modules['Leads'] & { readonly id?: string }) | null>();
    expectTypeOf(await crm.records.get('Deals', '1')).toEqualTypeOf<CrmRecord | null>();
    expectTypeOf(await crm.records.create('Leads', { Last_Name: 'A' })).toEqualTypeOf<WriteResult>();
    // @ts-expect-error a mandatory field is missing
    await crm.records.create('Leads', { Annual_Revenue: 1 });
    // @ts-expect-error the field has another type
    await crm.records.update('Leads', { id: '1', Last_Name: 1 });
    // @ts-expect-error an update needs the id
    await crm.records.update('Leads', { Last_Name: 'A' });
    for await (const each of crm.records.list('Leads', { fields: ['Last_Name'] }))
      expectTypeOf(each.Last_Name).toEqualTypeOf<string>();
  });
});

test('queries come from the tag only', () => {
  expectTypeOf(coql`select id from Leads`).toEqualTypeOf<CoqlQuery>();
  // @ts-expect-error a plain text may hold what a user typed
  never(() => crm.query('select id from Leads'));
});

test('sessions, rows and errors', () => {
  never(async () => {
    expectTypeOf(await oauth.exchange('/callback?code=1')).toEqualTypeOf<Session>();
    expectTypeOf((await oauth.session('key').row()).environment).toEqualTypeOf<Environment>();
    expectTypeOf(await store.get('key'))
      .exclude<undefined>()
      .toHaveProperty('version');
    // @ts-expect-error every store tells which version it replaces
    await store.compareAndSwap('key', null);
  });
  expectTypeOf<ApiError>().toExtend<GrantwayError>();
  expectTypeOf<ApiError['status']>().toEqualTypeOf<number>();
  void [ApiError, GrantwayError];
});

test('guards fit their frameworks', () => {
  never(() => {
    const protect = guard(verifier);
    expectTypeOf(protect.web).parameter(0).parameter(1).toEqualTypeOf<VerifiedToken>();
    // @ts-expect-error scopes are texts
    protect.fastify(1);
  });
});
