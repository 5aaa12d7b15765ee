import type { AdminContext } from '../../admin/context.ts';
import { AdminFailure, badInput } from '../../admin/failure.ts';
import { findFlow } from '../../admin/flows.ts';
import type { Flow } from '../../inspector/flows/flow-reader.ts';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { LabClock } from '../clock/lab-clock.ts';
import type { LabGrants } from '../grants/lab-grants.ts';
import type { KnownClient } from './credential-names.ts';
import { mainOf, makePlan } from './make-plan.ts';
import type { Plan, PlanPart } from './plan.ts';
import { fill, isVariable } from './plan.ts';
import { type Replayed, runPlan } from './run-plan.ts';
import { type TestRunner, testFile } from './test-file.ts';

/** Who wants a flow done again: what they see of it, and what may be done in their name. */
export interface ReplayReader {
  /** @throws where they see no such flow. */
  find(id: string): Promise<Flow>;
  /** Whether codes and tokens of that user may be made for them. */
  grantsFor(user: { readonly dataCenter: string; readonly userId: string | null }): boolean;
  /** Whether they may move the time, which is that of the whole platform. */
  readonly movesTime: boolean;
}

/** Recorded flows are carried out again, or become tests: both by the same plan. */
export class LabReplay {
  readonly #admin: AdminContext;
  readonly #clock: LabClock;
  readonly #grants: LabGrants;

  /** The administration: it sees and may do everything. */
  readonly #anybody: ReplayReader;

  constructor(admin: AdminContext, clock: LabClock, grants: LabGrants) {
    this.#admin = admin;
    this.#clock = clock;
    this.#grants = grants;
    this.#anybody = { find: (id) => findFlow(admin, id), grantsFor: () => true, movesTime: true };
  }

  /**
   * Runs the flow again.
   * @param id of the flow, or of one of its requests.
   * @param reader who asks for it; left out: the administration.
   * @throws AdminFailure 404; 403 where it needs grants of users that the reader may not have; 400 where nothing of it can
   *   be done again.
   */
  async run(id: string, reader = this.#anybody) {
    const { client, flow, plan } = await this.#plan(id, reader);
    const foreign = plan.parts.some(
      (part) =>
        part.do === 'grant' &&
        !reader.grantsFor({ dataCenter: part.dataCenter, userId: part.userId ?? client?.ownerId ?? null }),
    );
    if (foreign) {
      throw new AdminFailure(
        403,
        'OTHER_USER',
        `the flow ${plan.flowId} needs a grant of another user; do again one of your own, or ask an operator of that user's data centre`,
      );
    }
    const secrets = client ? await this.#admin.clients.secrets.tellNewest(client.clientId) : {};
    const clock = reader.movesTime ? this.#clock : undefined;
    const replayed = await runPlan(plan, { admin: this.#admin, clock, grants: this.#grants, secrets });
    return {
      flow_id: plan.flowId,
      same: replayed.every(({ same }) => same !== false),
      repeated: replayed.filter(({ part }) => part.do === 'request').length,
      omitted: replayed.filter(({ part }) => part.do === 'omit').length,
      steps: replayed.map((each) => describe(each, flow)),
    };
  }

  /** The flow as a test file. @throws AdminFailure 404; 400 where nothing of it can be done again. */
  async test(
    id: string,
    runner: TestRunner,
    reader = this.#anybody,
  ): Promise<{ readonly flow_id: string; readonly source: string }> {
    const { client, plan } = await this.#plan(id, reader);
    return { flow_id: plan.flowId, source: testFile(plan, client, runner) };
  }

  async #plan(
    id: string,
    reader: ReplayReader,
  ): Promise<{ readonly flow: Flow; readonly plan: Plan; readonly client: Client | undefined }> {
    const flow = await reader.find(id);
    const client = flow.clientId === null ? undefined : await this.#admin.clients.find(flow.clientId);
    const plan = makePlan(flow, client && (await this.#known(client)));
    if (!plan.parts.some((part) => part.do === 'request')) {
      const [why] = plan.parts.flatMap((part) => (part.do === 'omit' ? [part.why] : []));
      throw badInput(`nothing of the flow ${plan.flowId} can be done again: ${why ?? 'it has no request of the app'}`);
    }
    return { flow, plan, client };
  }

  async #known(client: Client): Promise<KnownClient> {
    const { lifetimes } = settingsFor(this.#admin.settings, client);
    const stored = await this.#admin.clients.secrets.list(client.clientId);
    const secrets = new Map<string, string[]>();
    for (const { dataCenter, endsAtMs, secretId } of stored) {
      if (endsAtMs !== null) continue;
      const fingerprint = `#${secretId.slice(dataCenter.length + 1).slice(0, 10)}`;
      secrets.set(fingerprint, [...(secrets.get(fingerprint) ?? []), dataCenter]);
    }
    return {
      secrets,
      accessTokenTtlMs: lifetimes.accessTokenTtlSeconds * 1000,
      codeTtlMs: lifetimes.codeTtlSeconds * 1000,
    };
  }
}

function describe({ answer, note, now, part, requestId, same, waitedMs }: Replayed, { steps }: Flow) {
  const own = part.steps.map((place) => steps[place - 1]).filter((step) => step !== undefined);
  return {
    ...{ steps: [...part.steps], do: part.do, data_center: part.do === 'omit' ? null : part.dataCenter },
    waited_ms: waitedMs,
    what: whatOf(part),
    before: part.do === 'grant' ? null : { ...part.before },
    now: now && { ...now },
    ...{ same, note, request_id: requestId },
    answers: { before: mainOf(own)?.answer ?? null, now: answer },
  };
}

/** What a part does, in a few words; credentials by their names. */
export function whatOf(part: PlanPart): string {
  if (part.do === 'omit') return part.what;
  if (part.do === 'grant') return `grant ${Object.values(part.gives).join(', ')}`;
  const names = new Map(part.path.filter(isVariable).map(({ variable }) => [variable, `{${variable}}`]));
  return `${part.method} ${fill(part.path, names)}`;
}
