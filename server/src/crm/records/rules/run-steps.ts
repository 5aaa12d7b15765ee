import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import type { DerivationProblem } from '../../kernel/record/draft.ts';
import { type Batch, type BatchStep, openItems } from './batch.ts';
import type { RecordChain, RecordStep, StateStep, Writing, WritingKind } from './writing.ts';

/** One step of a record, and the writings that take it. */
export type Row<Step> = readonly [step: Step, kinds: readonly WritingKind[]];

/** Binds the steps of a record: each kind of writing takes those that name it, in their order, until one refuses. */
export function bindSteps(states: readonly Row<StateStep>[], values: readonly Row<RecordStep>[]): RecordChain {
  const statesOf = byKind(states);
  const valuesOf = byKind(values);
  return {
    check: (state) => {
      for (const step of statesOf(state.kind)) {
        const refused = step(state);
        if (refused) return refused;
      }
      return undefined;
    },
    make: (writing) => {
      for (const step of valuesOf(writing.kind)) {
        const refused = step(writing);
        if (refused) return placed(refused, writing);
      }
      return undefined;
    },
  };
}

function byKind<Step>(rows: readonly Row<Step>[]): (kind: WritingKind) => readonly Step[] {
  const known = new Map<WritingKind, readonly Step[]>();
  return (kind) => {
    const steps = known.get(kind) ?? rows.filter(([, kinds]) => kinds.includes(kind)).map(([step]) => step);
    known.set(kind, steps);
    return steps;
  };
}

/** Details that name another field, by its place in the item. */
const namingDetails = ['dependee', 'mapped_field'] as const;

/** A rule's refusal as the answer to the item. */
function placed(problem: ErrorBody | DerivationProblem, { jsonPath }: Pick<Writing, 'jsonPath'>): ErrorBody {
  if ('status' in problem) return problem;
  const { code, details, apiName, message } = problem;
  const named: Record<string, unknown> = { ...details };
  for (const key of namingDetails) {
    const other = details[key] as { api_name: string; json_path: string } | undefined;
    if (other) named[key] = { ...other, json_path: `${jsonPath}.${other.json_path}` };
  }
  return errorBody(code, { ...named, api_name: apiName, json_path: `${jsonPath}.${apiName}` }, message);
}

/** Takes a batch through a chain. Its items say afterwards what became of them. */
export async function runSteps(steps: readonly BatchStep[], batch: Batch): Promise<void> {
  for (const step of steps) await step(batch);
}

/** Times that a change is begun again because another process changed the record in between. */
const maxAttempts = 10;

/**
 * Reads, changes and writes records while this process lets nobody else do so, and begins again with those that another
 * process changed meanwhile.
 */
export function inTurn(steps: readonly BatchStep[]): BatchStep {
  return async (batch) => {
    let pending = openItems(batch);
    if (pending.length === 0) return;
    const { store, space } = batch.call;
    const keys = [...new Set(pending.map(({ id }) => `${space.dataSpace}/${id}`))];
    await store.changeLocks.run(keys, async () => {
      for (let attempt = 1; pending.length > 0; attempt++) {
        if (attempt > maxAttempts) throw new Error(`a record changed ${maxAttempts} times while it was being changed`);
        await runSteps(steps, { ...batch, items: pending, writes: [] });
        pending = pending.filter(({ outcome }) => outcome && 'stale' in outcome);
        for (const item of pending) delete item.outcome;
      }
    });
  };
}
