import { TestPlatformError } from './errors.ts';

/** Calls the platform's admin API. */
export class Admin {
  readonly origin: string;
  readonly #token: string;

  constructor(origin: string, token: string) {
    this.origin = origin;
    this.#token = token;
  }

  /** @throws TestPlatformError with the platform's own words. */
  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(`${this.origin}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new TestPlatformError('UNREACHABLE', `the platform does not answer at ${this.origin}`, { cause });
    }
    const answer = (await response.json()) as Answer & { error?: { code: string; message: string } };
    if (response.ok) return answer;
    const { code = 'FAILED', message = `status ${response.status}` } = answer.error ?? {};
    throw new TestPlatformError(code, message);
  }
}

/** Text as one part of a path. */
export const part = (text: string): string => encodeURIComponent(text);
