import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Environment, environments } from '../../config/data-centers.ts';
import type { LateFinding } from '../../oauth/refusal.ts';
import type { ScopeCatalogue } from '../../oauth/scopes.ts';
import type { KnownToken, TokenCheck, TokenGrant, TokenRefusal } from '../../oauth/token-authority.ts';

/**
 * What a resource server and the accounts server say to each other. Both are parts of this platform, perhaps of two
 * releases that follow each other: what is not known is ignored, and nothing is ever taken away.
 *
 * `POST` asks one question about many items and gets one answer for each, in their order. `GET` is answered by lines of
 * JSON that go on until one of the two ends: what changed (`notice`), that anything may have changed (`reset`), and an
 * empty object each second, as a sign of life.
 */
export const authorityPath = '/token-authority';

/** How often something is sent on the stream of changes. */
export const heartbeatMs = 1_000;

/** Most items of one request. */
export const mostItems = 100;

export interface Questions {
  /** What a token stands for. */
  readonly check: { readonly item: string; readonly answer: WrittenCheck };
  /** Where else a token is known, for events. */
  readonly explain: { readonly item: string; readonly answer: LateFinding | null };
  /** Whether an origin is a JavaScript domain of some client. */
  readonly origin: { readonly item: string; readonly answer: boolean };
  /** Takes a proof of possession, once over all processes. */
  readonly proof: { readonly item: WrittenProof; readonly answer: boolean };
}

export type Question = keyof Questions;
export const questions = ['check', 'explain', 'origin', 'proof'] as const satisfies readonly Question[];

const detail = Type.Record(Type.String(), Type.Unknown());
const textOrNull = Type.Union([Type.String(), Type.Null()]);

const writtenGrant = Type.Object({
  key: Type.String(),
  clientId: Type.String(),
  userId: Type.String(),
  scopes: Type.Array(Type.String()),
  organizationId: textOrNull,
  environment: Type.Unsafe<Environment>(Type.Union(environments.map((each) => Type.Literal(each)))),
  javascriptDomains: Type.Array(Type.String()),
  expiresAtMs: Type.Integer(),
  binding: Type.Object({
    resources: Type.Union([Type.Array(Type.String()), Type.Null()]),
    keyThumbprint: textOrNull,
  }),
  strict: Type.Boolean(),
  searchWithoutScope: Type.Optional(Type.Boolean()),
});
const writtenCheck = Type.Union([
  Type.Object({ grant: writtenGrant }),
  Type.Object({
    refusal: Type.String(),
    known: Type.Optional(Type.Object({ clientId: Type.String(), userId: Type.String(), detail })),
    /** Something more can be found out of it. */
    explainable: Type.Optional(Type.Boolean()),
  }),
]);
const writtenProof = Type.Object({
  name: Type.Array(Type.String({ maxLength: 4096 }), { minItems: 1, maxItems: 10 }),
  expiresAtMs: Type.Integer(),
});
type WrittenCheck = Static<typeof writtenCheck>;
export type WrittenProof = Static<typeof writtenProof>;

const finding = Type.Union([
  Type.Object({
    outcome: Type.String(),
    detail,
    knownIn: Type.Optional(Type.String()),
    clientId: Type.Optional(Type.String()),
  }),
  Type.Null(),
]);

const text = Type.String({ maxLength: 16_384 });
const many = <Item extends typeof text | typeof writtenProof>(item: Item) =>
  Type.Array(item, { minItems: 1, maxItems: mostItems });
/** The form of a question's items, and of the answers. */
const forms = {
  check: { items: Compile(many(text)), answers: Compile(Type.Array(writtenCheck)) },
  explain: { items: Compile(many(text)), answers: Compile(Type.Array(finding)) },
  origin: { items: Compile(many(text)), answers: Compile(Type.Array(Type.Boolean())) },
  proof: { items: Compile(many(writtenProof)), answers: Compile(Type.Array(Type.Boolean())) },
} as const;

/** The items of a request's body; undefined for anything else than a question. */
export function readQuestion(
  body: Buffer | undefined,
): { readonly question: Question; readonly items: readonly never[] } | undefined {
  const { question, items } = parse(body?.toString('utf8')) as { question?: unknown; items?: unknown };
  const known = questions.find((each) => each === question);
  return known && forms[known].items.Check(items) ? { question: known, items: items as never[] } : undefined;
}

/** The answers of a body to `count` items; undefined for what is not in order. */
export function readAnswers<Asked extends Question>(
  question: Asked,
  body: string,
  count: number,
): Questions[Asked]['answer'][] | undefined {
  const { answers } = parse(body) as { answers?: unknown };
  if (!forms[question].answers.Check(answers)) return undefined;
  return answers.length === count ? (answers as Questions[Asked]['answer'][]) : undefined;
}

/** A line of the stream of changes. */
export function readChange(line: string): { readonly notice?: string; readonly reset: boolean } {
  const { notice, reset } = parse(line) as { notice?: unknown; reset?: unknown };
  return { ...(typeof notice === 'string' && { notice }), reset: reset === true };
}

function parse(json: string | undefined): object {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** A check in the form in which it is sent. */
export function writeCheck({ grant, refusal, known, explanation }: TokenCheck): WrittenCheck {
  if (!grant) return { refusal, ...(known && { known: { ...known } }), ...(explanation && { explainable: true }) };
  const { key = '', strict = false, searchWithoutScope, javascriptDomains, binding } = grant;
  return {
    grant: {
      key,
      clientId: grant.clientId,
      userId: grant.userId,
      scopes: grant.scopes.scopes.map(({ requested }) => requested),
      organizationId: grant.organizationId,
      environment: grant.environment,
      javascriptDomains: [...javascriptDomains],
      expiresAtMs: grant.expiresAtMs,
      binding: { keyThumbprint: binding.keyThumbprint, resources: binding.resources && [...binding.resources] },
      strict,
      ...(searchWithoutScope !== undefined && { searchWithoutScope }),
    },
  };
}

/** The check that was sent. `explain`: finds out more of a refusal. */
export function readCheck(
  written: WrittenCheck,
  scopes: ScopeCatalogue,
  explain: () => Promise<LateFinding | undefined>,
): TokenCheck {
  if ('grant' in written) {
    const { grant } = written;
    return { grant: { ...(grant as Omit<typeof grant, 'scopes'>), scopes: scopes.setOf(grant.scopes) } as TokenGrant };
  }
  const { refusal, known, explainable } = written;
  return {
    refusal: refusal as TokenRefusal,
    ...(known && { known: known as KnownToken }),
    ...(explainable && { explanation: explain }),
  };
}
