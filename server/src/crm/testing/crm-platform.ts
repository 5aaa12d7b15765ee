import type { FastifyInstance } from 'fastify';
import { type Environment, environments, localDataCenter } from '../../config/data-centers.ts';
import { parseSettings } from '../../config/load-settings.ts';
import { ChangeNotices } from '../../database/change-notices.ts';
import { ManualClock } from '../../foundation/clock.ts';
import { systemRandom } from '../../foundation/random.ts';
import { silentLog } from '../../http/log.ts';
import { outgoingPolicy } from '../../http/outgoing/outgoing-policy.ts';
import type { EventRecorder, ProtocolEvent } from '../../inspector/events.ts';
import { platformScopes } from '../../oauth/scopes.ts';
import type { TokenAuthority, TokenCheck, TokenGrant } from '../../oauth/token-authority.ts';
import { notBound } from '../../oauth/token-binding.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { createCrmApi } from '../api.ts';
import { jobKinds } from '../job-kinds.ts';
import { jobTopic } from '../jobs/job-table.ts';
import { JobWorker } from '../jobs/worker.ts';
import { createCrmStore } from '../store/create-store.ts';
import { addUser, type CreatedOrganization, createOrganization } from '../store/space/provisioning.ts';
import { assertDocumented, observeHandlers } from './own-document.ts';

export const allScopes = [
  'ZohoCRM.notifications.ALL',
  'ZohoCRM.composite_requests.CUSTOM',
  'ZohoCRM.modules.ALL',
  'ZohoCRM.settings.ALL',
  'ZohoCRM.users.ALL',
  'ZohoCRM.org.ALL',
  'ZohoCRM.coql.READ',
  'ZohoSearch.securesearch.READ',
  'ZohoCRM.files.ALL',
  'ZohoCRM.bulk.ALL',
  'ZohoCRM.features.READ',
  'ZohoCRM.apis.READ',
  'ZohoCRM.mass_update.ALL',
  'ZohoCRM.mass_delete.ALL',
  'ZohoCRM.change_owner.ALL',
  'ZohoCRM.send_mail.ALL',
  'ZohoCRM.share.ALL',
];

/** Origin of the page that the tests' client serves, and of a page of another client. */
export const appOrigin = 'https://app.example.com';
export const otherOrigin = 'https://other.example.com';

/** Stands in for the accounts server: tokens are what tests say they are. */
class FakeAuthority implements TokenAuthority {
  readonly #checks = new Map<string, TokenCheck>();
  #count = 0;

  add(check: TokenCheck): string {
    const token = `1000.${String(++this.#count).padStart(32, '0')}.${'f'.repeat(32)}`;
    this.#checks.set(token, check);
    return token;
  }

  async check(accessToken: string): Promise<TokenCheck> {
    return this.#checks.get(accessToken) ?? { refusal: 'TokenUnknown' };
  }

  async prove(): Promise<undefined> {
    return undefined;
  }

  proofNonce(): string {
    return 'nonce';
  }

  async allowsOrigin(origin: string): Promise<boolean> {
    return origin === appOrigin || origin === otherOrigin;
  }
}

export interface CallOptions {
  readonly token?: string | null;
  readonly environment?: Environment;
  /** At the content origin. */
  readonly content?: true;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly rawBody?: string | Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly json: any;
}

/** The APIs of one data centre over a real database, with two organizations. */
export async function startCrm(given: object = {}, bulk: { readonly rowsPerRead?: number } = {}) {
  observeHandlers();
  const database = await createTestDatabase('data-center', 'us');
  const clock = new ManualClock(Date.UTC(2026, 2, 10, 12));
  const notices = new ChangeNotices(database);
  await notices.start();
  const authority = new FakeAuthority();
  const recorded: ProtocolEvent[] = [];
  const events: EventRecorder = {
    // What lists of events show; steps of flows that tell nothing by themselves are left out.
    record: ({ detail = {}, ...event }) => {
      if (event.kind !== 'request')
        recorded.push({ ...event, detail: typeof detail === 'function' ? detail() : detail });
    },
    answered: () => {},
    counted: async () => undefined,
    settled: async () => {},
    flush: async () => {},
  };
  const settings = parseSettings(given);
  const store = createCrmStore({ database, notices, clock, settings });
  const dataCenter = localDataCenter('us', 'global', 0, 8000);
  const parts = {
    dataCenter,
    store,
    clock,
    random: systemRandom,
    log: silentLog,
    authority,
    events,
    settings,
    scopes: platformScopes,
  };
  const apis = Object.fromEntries(
    environments.map((environment) => [environment, createCrmApi({ ...parts, environment })]),
  ) as Record<Environment, FastifyInstance>;

  const content = createCrmApi({ ...parts, content: true, environment: 'production' });
  // It is told of jobs by notices; looking for them by itself, it would disturb tests that count statements.
  const working = {
    kinds: jobKinds,
    policy: outgoingPolicy(settings.outgoingCalls, { dataCenters: [dataCenter] }, []),
    pollMs: 3_600_000,
  };
  const workerOptions = { store, notices, clock, random: systemRandom, log: silentLog, ...working, ...bulk };
  const worker = new JobWorker(workerOptions);

  let nextPrefix = 1_000_001;
  let nextUser = 700_000_001;
  const newOrganization = async (name: string): Promise<CreatedOrganization & { ownerZuid: string }> => {
    const ownerZuid = String(nextUser++);
    const idPrefixes = [nextPrefix++, nextPrefix++, nextPrefix++];
    const created = await database.transaction((transaction) =>
      createOrganization(transaction, {
        organizationName: name,
        owner: { userId: ownerZuid, email: `owner${ownerZuid}@example.com`, firstName: 'Ada', lastName: name },
        idPrefixes,
        nowMs: clock.nowMs(),
      }),
    );
    return { ...created, ownerZuid };
  };
  const grantFor = (organizationId: string, userId: string, over: Partial<TokenGrant> = {}): TokenGrant => ({
    clientId: '1000.TESTCLIENT',
    userId,
    scopes: platformScopes.setOf(allScopes),
    organizationId,
    environment: 'production',
    javascriptDomains: [appOrigin],
    expiresAtMs: clock.nowMs() + 3_600_000,
    binding: notBound,
    ...over,
  });
  const organization = await newOrganization('Lovelace');
  const neighbour = await newOrganization('Neighbour');
  const token = authority.add({ grant: grantFor(organization.organizationId, organization.ownerZuid) });

  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const { environment = 'production', query, headers, body, rawBody } = options;
    const api = options.content ? content : apis[environment];
    const bearer = options.token === undefined ? token : options.token;
    const payload = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await api.inject({
      method: method as 'GET',
      url: `${path}${query ? `?${new URLSearchParams(query)}` : ''}`,
      headers: { ...(bearer === null ? {} : { authorization: `Zoho-oauthtoken ${bearer}` }), ...headers },
      ...(payload === undefined ? {} : { payload }),
    });
    const contentType = String(response.headers['content-type'] ?? '');
    const json = contentType.startsWith('application/json') ? JSON.parse(response.body) : undefined;
    // As the server gets it: clients resolve ".." before they send.
    const { pathname } = new URL(path, 'http://api.invalid');
    assertDocumented(method, pathname, { status: response.statusCode, contentType, json });
    return {
      status: response.statusCode,
      headers: response.headers,
      text: response.body,
      bytes: response.rawPayload,
      json,
    };
  };

  /** Another user of production, with a profile of their own that lacks these permissions, and a token. */
  const userWithout = async (...permissions: readonly string[]) => {
    const zuid = String(nextUser++);
    const { idPrefix } = organization.environments[0] as { idPrefix: number };
    const profile = `${idPrefix}${String(700_000 + (nextUser % 100_000)).padStart(12, '0')}`;
    const [added] = await database.transaction((transaction) =>
      addUser(transaction, {
        organizationId: organization.organizationId,
        user: { userId: zuid, email: `u${zuid}@example.com`, firstName: 'Eve', lastName: `U${zuid}` },
        nowMs: clock.nowMs(),
      }),
    );
    await database.query({
      text: `INSERT INTO crm_profile (data_space, profile_id, name, custom, denied_permissions, created_at_ms, modified_at_ms)
             VALUES ($1, $2, $3, true, $4, 0, 0)`,
      values: [idPrefix, profile, `Without ${zuid}`, permissions],
    });
    await database.query({
      text: 'UPDATE crm_user SET profile_id = $3 WHERE data_space = $1 AND user_id = $2',
      values: [idPrefix, added?.userId, profile],
    });
    store.spaces.forget(idPrefix);
    const { organizationId } = organization;
    return { id: added?.userId as string, token: authority.add({ grant: grantFor(organizationId, zuid) }) };
  };

  return {
    database,
    clock,
    settings,
    store,
    apis,
    authority,
    recorded,
    organization,
    neighbour,
    token,
    call,
    newOrganization,
    userWithout,
    /** A token of some user of some organization, with what differs from the usual grant. */
    tokenFor: (organizationId: string, userId: string, over?: Partial<TokenGrant>) =>
      authority.add({ grant: grantFor(organizationId, userId, over) }),
    /** A token with just these scopes. */
    tokenWithScopes: (
      scopes: readonly string[],
      { organizationId, ownerZuid }: { organizationId: string; ownerZuid: string } = organization,
    ) => authority.add({ grant: grantFor(organizationId, ownerZuid, { scopes: platformScopes.setOf(scopes) }) }),
    /** Tells workers to look for jobs: they do so by themselves in their own time only, and the tests' clock is not it. */
    wakeWorkers: () => database.query({ text: `SELECT pg_notify('grantway', '${jobTopic}:0')` }),
    addUser: (lastName: string, role?: 'CEO' | 'Manager') =>
      database.transaction((transaction) =>
        addUser(transaction, {
          organizationId: organization.organizationId,
          user: { userId: String(nextUser++), email: `${lastName}@example.com`, firstName: 'Bob', lastName },
          ...(role ? { role } : {}),
          nowMs: clock.nowMs(),
        }),
      ),
    close: async () => {
      for (const api of [...Object.values(apis), content]) await api.close();
      await worker.close();
      await notices.close();
      await database.close();
    },
  };
}

export type Crm = Awaited<ReturnType<typeof startCrm>>;
