import type { AdminContext } from '../../admin/context.ts';
import { badInput } from '../../admin/failure.ts';
import { findFlow } from '../../admin/flows.ts';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { LabClock } from '../clock/lab-clock.ts';
import type { LabGrants } from '../grants/lab-grants.ts';
import type { KnownClient } from './credential-names.ts';
import { makePlan } from './make-plan.ts';
import type { Plan, PlanPart } from './plan.ts';
import { fill, isVariable } from './plan.ts';
import { type Replayed, runPlan } from './run-plan.ts';
import { type TestRunner, testFile } from './test-file.ts';

/** Recorded flows are carried out again, or become tests: both by the same plan. */
export class LabReplay {
  readonly #admin: AdminContext;
  readonly #clock: LabClock;
  readonly #grants: LabGrants;

  constructor(admin: AdminContext, clock: LabClock, grants: LabGrants) {
    this.#admin = admin;
    this.#clock = clock;
    this.#grants = grants;
  }

  /**
   * Runs the flow again.
   * @param id of the flow, or of one of its requests.
   * @throws AdminFailure 404; 400 where nothing of it can be done again.
   */
  async run(id: string) {
    const { client, plan } = await this.#plan(id);
    const secrets = client ? await this.#admin.clients.secrets.tellNewest(client.clientId) : {};
    const replayed = await runPlan(plan, { admin: this.#admin, clock: this.#clock, grants: this.#grants, secrets });
    return {
      flow_id: plan.flowId,
      same: replayed.every(({ same }) => same !== false),
      repeated: replayed.filter(({ part }) => part.do === 'request').length,
      omitted: replayed.filter(({ part }) => part.do === 'omit').length,
      steps: replayed.map(describe),
    };
  }

  /** The flow as a test file. @throws AdminFailure 404; 400 where nothing of it can be done again. */
  async test(id: string, runner: TestRunner): Promise<{ readonly flow_id: string; readonly source: string }> {
    const { client, plan } = await this.#plan(id);
    return { flow_id: plan.flowId, source: testFile(plan, client, runner) };
  }

  async #plan(id: string): Promise<{ plan: Plan; client: Client | undefined }> {
    const flow = await findFlow(this.#admin, id);
    const client = flow.clientId === null ? undefined : await this.#admin.clients.find(flow.clientId);
    const plan = makePlan(flow, client && (await this.#known(client)));
    if (!plan.parts.some((part) => part.do === 'request')) {
      const [why] = plan.parts.flatMap((part) => (part.do === 'omit' ? [part.why] : []));
      throw badInput(`nothing of the flow ${plan.flowId} can be done again: ${why ?? 'it has no request of the app'}`);
    }
    return { plan, client };
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

function describe({ note, now, part, requestId, same }: Replayed) {
  return {
    ...{ steps: [...part.steps], do: part.do, data_center: part.do === 'omit' ? null : part.dataCenter },
    waited_ms: part.do === 'omit' ? 0 : part.waitMs,
    what: whatOf(part),
    before: part.do === 'grant' ? null : { ...part.before },
    now: now && { ...now },
    ...{ same, note, request_id: requestId },
  };
}

/** What a part does, in a few words; credentials by their names. */
export function whatOf(part: PlanPart): string {
  if (part.do === 'omit') return part.what;
  if (part.do === 'grant') return `grant ${Object.values(part.gives).join(', ')}`;
  const names = new Map(part.path.filter(isVariable).map(({ variable }) => [variable, `{${variable}}`]));
  return `${part.method} ${fill(part.path, names)}`;
}
