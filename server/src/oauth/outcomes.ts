import { bindingOutcomes } from './outcomes/bindings.ts';
import type { OutcomeEntry } from './outcomes/outcome-entry.ts';
import { peopleOutcomes } from './outcomes/people.ts';
import { requestOutcomes } from './outcomes/requests.ts';
import { standardOutcomes } from './outcomes/standards.ts';
import { tokenOutcomes } from './outcomes/tokens.ts';

/**
 * The catalogue of outcomes: every way in which an authorization can fail has one entry, with the sentence for people
 * and its form in the platform dialect. The core returns outcome names; what the wire may hide, events and the log
 * never do. Each part has its explanations in the file of its name under `inspector/explanations/`.
 */
const catalogue = {
  ...requestOutcomes,
  ...tokenOutcomes,
  ...peopleOutcomes,
  ...standardOutcomes,
  ...bindingOutcomes,
} as const;

export type Outcome = keyof typeof catalogue;
export const outcomes: Readonly<Record<Outcome, OutcomeEntry>> = catalogue;
