import type { CrmCall } from '../../kernel/call.ts';

/** Runs what only reads lists of the call's data space: over the replica where there is one and it has all of it. */
export function fromReplica<Result>(call: CrmCall, work: (call: CrmCall) => Promise<Result>): Promise<Result> {
  const { store, space } = call;
  if (!store.replica) return work(call);
  return store.replica.read(store, space.dataSpace, (chosen) => work({ ...call, store: chosen }));
}
