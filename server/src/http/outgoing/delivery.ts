import type { CallResult } from './call-out.ts';

/** What the platform tells receivers outside on its own account, at least once: polled, leased, and told again. */

/** How often what is due is looked for, beside the notices. */
export const deliveryPollMs = 2_000;
/** A process that ends in the middle of a call leaves it to others after so long. */
export const deliveryLeaseMs = 60_000;
/** Waits after each attempt that failed; after the last one it is given up. */
export const deliveryDelaysMs: readonly number[] = [2_000, 10_000, 60_000, 300_000, 1_800_000];

export type Delivery = { readonly delivered: true } | { readonly delivered: false; readonly why: string };

/** Whether the receiver took what it was told: it answered 2xx. */
export function deliveryOf(result: CallResult): Delivery {
  if ('why' in result) return { delivered: false, why: result.why };
  const { status } = result;
  return status >= 200 && status < 300 ? { delivered: true } : { delivered: false, why: `Status${status}` };
}
