import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** Hands spans on to another exporter, counts those that were not delivered, and tells how each delivery ended. */
export class CountingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #ended: (failure: Error | undefined) => void;
  #underWay = 0;
  #lost = 0;

  /** @param ended told of each delivery; `failure`: undefined when it has arrived. */
  constructor(exporter: SpanExporter, ended: (failure: Error | undefined) => void) {
    this.#exporter = exporter;
    this.#ended = ended;
  }

  /** Spans whose delivery has no end yet. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Spans whose delivery has failed. */
  get lost(): number {
    return this.#lost;
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.#underWay += spans.length;
    this.#exporter.export(spans, (result) => {
      this.#underWay -= spans.length;
      const failed = result.code !== ExportResultCode.SUCCESS;
      if (failed) this.#lost += spans.length;
      this.#ended(failed ? (result.error ?? new Error('no reason was given')) : undefined);
      done(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}
