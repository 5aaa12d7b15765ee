import type { Log } from '../http/log.ts';

const maxReason = 200;

/** Tells the log when deliveries to the collector begin to fail, fail for another reason, and work again; not each one. */
export class DeliveryLog {
  readonly #log: Log;
  #reason: string | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @param failure undefined when the delivery has arrived. */
  ended(failure: Error | undefined): void {
    const reason = failure && reasonOf(failure);
    if (reason === this.#reason) return;
    this.#reason = reason;
    if (reason === undefined) this.#log.info({}, `traces are delivered to ${collector()} again`);
    else {
      this.#log.warn(
        {},
        `traces could not be delivered to ${collector()}: ${reason}; OTEL_EXPORTER_OTLP_ENDPOINT names the collector`,
      );
    }
  }
}

/** What the exporter reads where nothing is said. */
const defaultCollector = 'http://localhost:4318';

/** The origin of the collector, by the variables that the exporter reads: the rest of the address may hold a secret. */
function collector(): string {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: ofAll, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ofTraces } = process.env;
  const address = [ofTraces, ofAll].find((each) => each && URL.canParse(each)) ?? defaultCollector;
  return new URL(address).origin;
}

/** In one line. Several addresses of one name that all fail have no message of their own, only a code. */
function reasonOf({ message, code }: Error & { code?: string | number }): string {
  if (typeof code === 'number') return `it answered ${code} ${message}`.slice(0, maxReason);
  return (message.split('\n', 1)[0] || code || 'no reason is known').slice(0, maxReason);
}
