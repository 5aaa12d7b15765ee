import { uniqueClaims } from '../unique-claims.ts';
import { type BatchStep, openItems } from './batch.ts';
import { newWriting, type RecordChain } from './writing.ts';

/** Step: takes each new record through the steps of a record. */
export function makeRecords(chain: RecordChain): BatchStep {
  return (batch) => {
    const { call, module, kind, tagIds, takeId } = batch;
    for (const item of openItems(batch)) {
      const { changes, jsonPath } = item;
      const writing = newWriting({ call, module, kind, changes, tagIds, takeId, jsonPath }, takeId());
      const failure = chain.make(writing);
      if (failure) item.failure = failure;
      else {
        const key = { dataSpace: call.space.dataSpace, module: module.number, id: writing.id };
        item.made = { writing, row: { key, record: writing.after, claims: uniqueClaims(module, writing.data) } };
      }
    }
  };
}
