import type { Flow } from '../../inspector/flows/flow-reader.ts';
import type { FlowStep } from '../../inspector/flows/flow-step.ts';
import { givenVariables, type Text } from './plan.ts';

/** What a plan needs to know of the client of a flow. */
export interface KnownClient {
  readonly accessTokenTtlMs: number;
  readonly codeTtlMs: number;
  /** Data centres by the fingerprints of the secrets that are valid there now. */
  readonly secrets: ReadonlyMap<string, readonly string[]>;
}

/** Why a step cannot be done again, in words that follow "not repeated:". */
export class NotRepeatable extends Error {
  override readonly name = 'NotRepeatable';
}

/** Names of variables by the member of the answer that gives them. */
const nameOfMember: Readonly<Record<string, string>> = {
  access_token: 'accessToken',
  refresh_token: 'refreshToken',
  device_code: 'deviceCode',
  enhance_token: 'enhanceToken',
};
/** Outcomes of credentials that never were any. */
const neverIssued: ReadonlySet<string> = new Set([
  'CodeUnknown',
  'RefreshTokenUnknown',
  'TokenUnknown',
  'RevokedTokenUnknown',
]);
/** Outcomes that are found before codes and tokens are looked at. */
export const beforeCredentials = /^(Client(IdMissing|NotEnabled|Unknown)|Secret)/;
const recordId = /\d{15,19}/;

/**
 * Which variable stands for which credential of a flow, of which only fingerprints are known: each that a step of the
 * flow gave is given again, by the same step of the replay.
 */
export class CredentialNames {
  readonly #client: KnownClient | undefined;
  readonly #flow: Flow;
  readonly #byFingerprint = new Map<string, string>();
  readonly #byRecord = new Map<string, string>();
  readonly #counts = new Map<string, number>();

  constructor(flow: Flow, client: KnownClient | undefined) {
    this.#flow = flow;
    this.#client = client;
  }

  get client(): KnownClient | undefined {
    return this.#client;
  }

  has(fingerprint: string): boolean {
    return this.#byFingerprint.has(fingerprint);
  }

  /** A new variable, which stands for the fingerprint from now on. */
  name(sort: string, fingerprint?: string): string {
    const count = (this.#counts.get(sort) ?? 0) + 1;
    this.#counts.set(sort, count);
    const variable = `${sort}${count}`;
    if (fingerprint !== undefined) this.#byFingerprint.set(fingerprint, variable);
    return variable;
  }

  /** @throws NotRepeatable */
  credential(fingerprint: string, step: FlowStep): Text {
    const variable = this.#byFingerprint.get(fingerprint);
    if (variable !== undefined) return [{ variable }];
    // Of the right form, and never issued.
    const digits = fingerprint.slice(1).padEnd(32, '0');
    if (neverIssued.has(step.outcome) || beforeCredentials.test(step.outcome)) {
      return [step.detail.reason === 'malformed' ? digits : `1000.${digits}.${'0'.repeat(32)}`];
    }
    throw new NotRepeatable(`no step of the flow gave the credential ${fingerprint}`);
  }

  /** A client secret: that of the data centre which it belongs to, or a wrong one. */
  secret(fingerprint: string, { dataCenter, detail, outcome }: FlowStep): Text {
    const places = this.#client?.secrets.get(fingerprint) ?? [];
    const place = places.includes(dataCenter) ? dataCenter : places[0];
    if (place !== undefined) return [{ variable: givenVariables.secretOf(place) }];
    if (outcome === 'SecretWrong') return ['0'.repeat(42)];
    // It was right then, and has been replaced since.
    const of = outcome === 'SecretOfOtherDataCenter' ? String(detail.cameOf ?? dataCenter) : dataCenter;
    return [{ variable: givenVariables.secretOf(of) }];
  }

  /** What the JSON of an answer gives: credentials, and the id of a record that was made. */
  give(body: string | undefined, { detail, request }: FlowStep): { variable: string; member: string }[] {
    const given: { variable: string; member: string }[] = [];
    for (const [member, value] of Object.entries(membersOf(body))) {
      const sort = nameOfMember[member];
      if (sort === undefined || typeof value !== 'string' || !value.startsWith('#')) continue;
      given.push({ variable: this.name(sort, value), member });
    }
    const [record] = Array.isArray(detail.records) ? (detail.records as unknown[]) : [];
    if (request?.method === 'POST' && typeof record === 'string' && !this.#byRecord.has(record)) {
      const variable = this.name('record');
      this.#byRecord.set(record, variable);
      given.push({ variable, member: 'record' });
    }
    return given;
  }

  /** The text with variables in place of records that the flow made; `unknown`: it names others. */
  withRecords(text: string): { readonly text: Text; readonly unknown: boolean } {
    const found = recordId.exec(text)?.[0];
    if (found === undefined) return { text: [text], unknown: false };
    const variable = this.#byRecord.get(found);
    if (variable === undefined) return { text: [text], unknown: true };
    const at = text.indexOf(found);
    return { text: [text.slice(0, at), { variable }, text.slice(at + found.length)], unknown: false };
  }

  /** Scopes that the flow tells of: those of a token answer, else those that were asked for. */
  scopes(): readonly string[] | undefined {
    const steps = this.#flow.steps;
    const asked = steps.map(({ request }) => request?.parameters?.scope);
    const granted = steps.map(({ answer }) => membersOf(answer?.body).scope);
    const told = steps.flatMap(({ detail }) => [detail.scope, detail.held]);
    const found = [...granted, ...told, ...asked].find((each) => typeof each === 'string' && each !== '');
    return typeof found === 'string' ? found.split(/[ ,]+/) : undefined;
  }
}

function membersOf(body: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
