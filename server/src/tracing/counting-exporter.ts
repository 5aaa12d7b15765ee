import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

/** Hands spans on to another exporter, and counts those that were not delivered. */
export class CountingExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  #underWay = 0;
  #lost = 0;

  constructor(exporter: SpanExporter) {
    this.#exporter = exporter;
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
      if (result.code !== ExportResultCode.SUCCESS) this.#lost += spans.length;
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
