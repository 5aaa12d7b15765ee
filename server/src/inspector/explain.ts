import { type Outcome, outcomes } from '../oauth/outcomes.ts';
import type { EventKind } from './event-kinds.ts';
import { apiCodeExplanations } from './explanations/api-codes.ts';
import { apiOutcomeExplanations } from './explanations/api-outcomes.ts';
import { bindingExplanations } from './explanations/bindings.ts';
import { type Explanation, type Explanations, settings } from './explanations/explanation.ts';
import { fillTemplate, type Values } from './explanations/fill-template.ts';
import { peopleExplanations } from './explanations/people.ts';
import { requestExplanations } from './explanations/requests.ts';
import { standardExplanations } from './explanations/standards.ts';
import { tokenExplanations } from './explanations/tokens.ts';

/** The outcomes of the accounts server, by the part of it that they are about. */
export const accountsExplanations = {
  requests: requestExplanations,
  tokens: tokenExplanations,
  people: peopleExplanations,
  standards: standardExplanations,
  bindings: bindingExplanations,
} as const satisfies Readonly<Record<string, Explanations>>;

/** Those of CRM calls: precise outcomes first, the error codes of the wire for the rest. */
export const crmExplanations = { outcomes: apiOutcomeExplanations, codes: apiCodeExplanations } as const;

const ofAccounts: Explanations<Outcome> = {
  ...requestExplanations,
  ...tokenExplanations,
  ...peopleExplanations,
  ...standardExplanations,
  ...bindingExplanations,
};
const ofCrm: Explanations = { ...ofAccounts, ...apiCodeExplanations, ...apiOutcomeExplanations };
/** The kinds of events that CRM listeners record; some names mean another thing there. */
const crmKinds: ReadonlySet<string> = new Set<EventKind>(['api', 'cors', 'notification', 'logout']);

/** Why a request was refused, in words for the person who sent it. */
export interface Explained {
  readonly expected: string;
  readonly came: string;
  /** The clause that demands it. */
  readonly rule: string;
  readonly mend: string;
  /** Where in the console the thing that mends it is set. */
  readonly setting?: { readonly label: string; readonly path: string };
}

/** What is explained: a recorded event, or a part of one. */
export interface ExplainableEvent {
  readonly kind: string;
  readonly outcome: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly dataCenter: string;
  readonly clientId?: string | null;
}

/** Explains a failed event: what was expected, what came, by which rule, and what mends it. Total: it never throws. */
export function explain(event: ExplainableEvent): Explained {
  const explanation = findExplanation(event.kind, event.outcome) ?? unknownOutcome(event.outcome);
  const values = valuesOf(event);
  const { expected, came, mend, rule } = explanation;
  const setting = explanation.setting && placeOf(explanation.setting, values);
  return {
    expected: fillTemplate(expected, values),
    came: fillTemplate(came, values),
    rule,
    mend: fillTemplate(mend, values),
    ...(setting && { setting }),
  };
}

/** The entry of an outcome, as events of this kind mean it. */
export function findExplanation(kind: string, outcome: string): Explanation | undefined {
  const known: Explanations = crmKinds.has(kind) ? ofCrm : ofAccounts;
  return Object.hasOwn(known, outcome) ? known[outcome] : undefined;
}

/** An item that failed in a call with many has its details where the call's own are looked for. */
function valuesOf({ clientId, dataCenter, detail }: ExplainableEvent): Values {
  const item = detail.firstFailure as { readonly details?: unknown } | undefined;
  return {
    dataCenter,
    ...(clientId ? { clientId } : {}),
    ...(item?.details ? { details: item.details } : {}),
    ...detail,
  };
}

function placeOf(name: keyof typeof settings, values: Values): Explained['setting'] {
  const { label, path } = settings[name];
  if (!path.includes('{clientId}')) return { label, path };
  const { clientId } = values;
  if (typeof clientId !== 'string') return settings.applications;
  return { label, path: path.replace('{clientId}', encodeURIComponent(clientId)) };
}

/** Of an event that another release recorded. */
function unknownOutcome(outcome: string): Explanation {
  const meaning = Object.hasOwn(outcomes, outcome) ? outcomes[outcome as keyof typeof outcomes].meaning : undefined;
  return {
    expected: 'a request that succeeds',
    came: meaning ?? outcome,
    rule: 'docs/errors/README.md',
    mend: 'Look the outcome up in docs/errors/ of the release that recorded it.',
  };
}
