import type { Configuration } from 'openid-client';
import type { Queryable } from '../../database/database.ts';
import type { SealedColumn } from '../../database/reseal-column.ts';
import { UsableFailure } from '../../foundation/failure.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import { hasForm, textForms } from '../../foundation/text-forms.ts';

/** An OpenID provider of somebody else's, whose users may sign in here. */
export interface OutsideProvider {
  /** Short, for addresses: "corporate". */
  readonly providerId: string;
  /** On the button: "Example Corp". */
  readonly name: string;
  readonly issuer: string;
  /** Ours, there. */
  readonly clientId: string;
  readonly scopes: string;
  readonly createdAtMs: EpochMs;
}

interface Row {
  provider_id: string;
  name: string;
  issuer: string;
  client_id: string;
  sealed_secret: string;
  scopes: string;
  created_at_ms: string;
}

/** Our secrets at the providers. */
export const providerSecrets: SealedColumn = {
  ...{ table: 'outside_provider', id: 'provider_id', column: 'sealed_secret' },
  purposeOf,
};

/** Whether a provider may have the id. */
export const isProviderId = (text: string): boolean => hasForm(text, textForms.outsideProviderId);
const columns = 'provider_id, name, issuer, client_id, sealed_secret, scopes, created_at_ms';
const keptMs = 10 * 60_000;
const timeoutSeconds = 10;

/** The providers of a data centre, and what their discovery said a short while ago. */
export class OutsideProviders {
  readonly #database: Queryable;
  readonly #key: Buffer;
  readonly #known = new Map<string, { readonly atMs: number; readonly configuration: Configuration }>();

  /** @param key seals the secrets. */
  constructor(database: Queryable, key: Buffer) {
    this.#database = database;
    this.#key = key;
  }

  async list(): Promise<OutsideProvider[]> {
    const rows = await this.#database.query<Row>({
      name: 'outside-providers',
      text: `SELECT ${columns} FROM outside_provider ORDER BY name, provider_id`,
    });
    return rows.map(toProvider);
  }

  /**
   * Adds a provider, or replaces the one with that id, after asking it for its metadata.
   * @throws UsableFailure when it does not answer as one.
   */
  async put(provider: Omit<OutsideProvider, 'createdAtMs'>, clientSecret: string, nowMs: EpochMs): Promise<void> {
    const { providerId, name, issuer, clientId, scopes } = provider;
    await discover(provider, clientSecret);
    await this.#database.query({
      text: `INSERT INTO outside_provider (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (provider_id) DO UPDATE SET name = $2, issuer = $3, client_id = $4, sealed_secret = $5, scopes = $6`,
      values: [
        providerId,
        name,
        issuer,
        clientId,
        await seal(this.#key, purposeOf(providerId), clientSecret),
        scopes,
        nowMs,
      ],
    });
  }

  /** Removes a provider with the links to it. @returns whether there was one. */
  async remove(providerId: string): Promise<boolean> {
    const rows = await this.#database.query({
      text: 'DELETE FROM outside_provider WHERE provider_id = $1 RETURNING 1',
      values: [providerId],
    });
    return rows.length > 0;
  }

  /**
   * What to speak to a provider with; undefined when there is none with that id.
   * @throws UsableFailure when it does not answer.
   */
  async configurationOf(
    providerId: string,
    nowMs: EpochMs,
  ): Promise<{ readonly provider: OutsideProvider; readonly configuration: Configuration } | undefined> {
    if (!isProviderId(providerId)) return undefined;
    const [row] = await this.#database.query<Row>({
      name: 'outside-provider',
      text: `SELECT ${columns} FROM outside_provider WHERE provider_id = $1`,
      values: [providerId],
    });
    if (!row) return undefined;
    const provider = toProvider(row);
    // Whatever is changed is asked for anew.
    const known = this.#known.get(row.sealed_secret);
    if (known && nowMs - known.atMs < keptMs && nowMs >= known.atMs)
      return { provider, configuration: known.configuration };
    const secret = await unseal(this.#key, purposeOf(providerId), row.sealed_secret);
    if (typeof secret !== 'string')
      throw new Error(`the secret of provider ${providerId} was sealed under another key`);
    const configuration = await discover(provider, secret);
    this.#known.clear();
    this.#known.set(row.sealed_secret, { atMs: nowMs, configuration });
    return { provider, configuration };
  }
}

async function discover(
  { issuer, clientId }: Pick<OutsideProvider, 'issuer' | 'clientId'>,
  clientSecret: string,
): Promise<Configuration> {
  const oidc = await import('openid-client');
  try {
    const insecure = new URL(issuer).protocol === 'http:';
    return await oidc.discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: timeoutSeconds,
      // Refused for hosts that are not this machine where the provider is registered.
      ...(insecure && { execute: [oidc.allowInsecureRequests] }),
    });
  } catch (error) {
    const { cause, message } = error as Error;
    const reason = cause instanceof Error ? `${message}: ${cause.message}` : message;
    throw new UsableFailure(`the provider ${issuer} did not give its metadata (${reason})`);
  }
}

function purposeOf(providerId: string): string {
  return `client secret at the outside provider ${providerId}`;
}

function toProvider(row: Row): OutsideProvider {
  return {
    providerId: row.provider_id,
    name: row.name,
    issuer: row.issuer,
    clientId: row.client_id,
    scopes: row.scopes,
    createdAtMs: Number(row.created_at_ms),
  };
}
