import type { Component } from '../../inspector/exchange.ts';

/** A place in a text for what is known only when the plan is carried out. */
export interface Variable {
  readonly variable: string;
}

/** A text with places. */
export type Text = readonly (string | Variable)[];

export interface Outcome {
  readonly status: number | null;
  /** Null where nothing was recorded. */
  readonly outcome: string | null;
}

interface Common {
  /** Which steps of the flow it stands for, counted from 1. */
  readonly steps: readonly number[];
  /** How long after the part before; the clock is moved on by it. */
  readonly waitMs: number;
}

/** In place of what people do in a browser, or of what was made before the flow began: a grant of the lab. */
export interface GrantPart extends Common {
  readonly do: 'grant';
  readonly dataCenter: string;
  /** Null: the owner of the client. */
  readonly userId: string | null;
  readonly scopes: readonly string[];
  readonly environment: string;
  readonly redirectUri: string | null;
  /** Of PKCE. */
  readonly codeVerifier: Variable | null;
  /** Names of what it gives: a code, or tokens. */
  readonly gives: { readonly code?: string; readonly accessToken?: string; readonly refreshToken?: string };
  readonly why: string;
}

/** A request that is sent again. */
export interface RequestPart extends Common {
  readonly do: 'request';
  readonly dataCenter: string;
  readonly component: Component;
  readonly environment: string;
  readonly method: string;
  readonly path: Text;
  readonly query: readonly (readonly [name: string, value: Text])[];
  readonly form: readonly (readonly [name: string, value: Text])[];
  readonly headers: readonly (readonly [name: string, value: Text])[];
  /** Client id and secret in the Authorization header. */
  readonly basic: { readonly id: Text; readonly secret: Text } | null;
  /** JSON, with values made up. */
  readonly body: unknown;
  /** What its answer gives: the name, and the member of the JSON answer; `record`: the id of the first record. */
  readonly gives: readonly { readonly variable: string; readonly member: string }[];
  readonly before: Outcome;
  /** It names records that were made before the flow. */
  readonly needsRecords: boolean;
  readonly note: string | null;
}

/** What is not done again. */
export interface OmittedPart extends Common {
  readonly do: 'omit';
  readonly what: string;
  readonly before: Outcome;
  readonly why: string;
}

export type PlanPart = GrantPart | RequestPart | OmittedPart;

/** How a recorded flow can be carried out again: here, or in a test. */
export interface Plan {
  readonly flowId: string;
  readonly clientId: string | null;
  /** Of the flow, in the order in which it came to them. */
  readonly dataCenters: readonly string[];
  readonly parts: readonly PlanPart[];
}

/** Variables that every plan may use beside those that its parts give. */
export const givenVariables = {
  clientId: 'clientId',
  codeVerifier: 'codeVerifier',
  secretOf: (dataCenter: string) => `clientSecret_${dataCenter}`,
} as const;

export function isVariable(piece: string | Variable): piece is Variable {
  return typeof piece !== 'string';
}

/** The text with the places filled. @throws MissingVariable */
export function fill(text: Text, values: ReadonlyMap<string, string>): string {
  return text
    .map((piece) => {
      if (!isVariable(piece)) return piece;
      const value = values.get(piece.variable);
      if (value === undefined) throw new MissingVariable(piece.variable);
      return value;
    })
    .join('');
}

/** Something was not given, because an earlier part came out otherwise. */
export class MissingVariable extends Error {
  override readonly name = 'MissingVariable';
  readonly variable: string;

  constructor(variable: string) {
    super(`needs ${variable}, which was not given this time`);
    this.variable = variable;
  }
}

/** Whether a request came out as before. Which records there are is no outcome: 200 and 204 are the same. */
export function isSame(before: Outcome, now: Outcome): boolean {
  const good = ({ status }: Outcome) => status !== null && status >= 200 && status < 300;
  const sameStatus = before.status === now.status || (good(before) && good(now));
  return sameStatus && (before.outcome === null || now.outcome === null || before.outcome === now.outcome);
}
