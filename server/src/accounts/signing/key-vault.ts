import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { UsableFailure } from '../../foundation/failure.ts';
import { seal, unseal } from '../../foundation/sealed.ts';
import { Unavailable } from '../../foundation/unavailable.ts';

/**
 * What keeps private signing keys from whoever reads the database: they lie there sealed, and only the vault opens them.
 * A hardware module or a key service is another object of this type, made by the module that the setting `keyVault` names.
 */
export interface KeyVault {
  /** Seals a private key (JWK) for one purpose. */
  seal(purpose: string, privateJwk: unknown): Promise<string>;
  /** The private key, or undefined when this vault has not sealed it for this purpose. */
  open(purpose: string, sealed: string): Promise<unknown>;
}

/**
 * The default: a key of the platform itself, derived from its secret key, which is a file of the data directory or comes
 * by the environment (`GRANTWAY_SECRET_KEY`).
 */
export function localKeyVault(key: Buffer): KeyVault {
  return { seal: (purpose, jwk) => seal(key, purpose, jwk), open: (purpose, sealed) => unseal(key, purpose, sealed) };
}

/** What a module's vault has sealed begins so; what the default one has sealed never does. */
const sealedElsewhere = 'external:';

/** Whether another vault than the default one has sealed a private key. */
export function isSealedElsewhere(sealedPrivateJwk: string): boolean {
  return sealedPrivateJwk.startsWith(sealedElsewhere);
}

/**
 * The vault of the setting `keyVault`: that of the module, which must export a function (default) that makes one; without it
 * the default one. Keys that were made before the module was named are opened by the default vault until others sign.
 * @param path of the module, absolute or from the working directory
 * @throws UsableFailure in one line when the module is none, or when its vault does not give back what it has sealed.
 */
export async function openKeyVault(path: string | undefined, key: Buffer): Promise<KeyVault> {
  const local = localKeyVault(key);
  if (path === undefined) return local;
  const fail = (what: string) => new UsableFailure(`the setting keyVault ("${path}"): ${what}`);
  const module = await loadModule(path).catch((error: unknown) => {
    throw fail(`the module cannot be loaded: ${firstLine(error)}`);
  });
  if (typeof module.default !== 'function') {
    throw fail(`expected a module whose default export is a function, got ${typeOf(module.default)}`);
  }
  const outside = await Promise.resolve()
    .then(module.default as () => unknown)
    .catch((error: unknown) => {
      throw fail(`its function failed: ${firstLine(error)}`);
    });
  if (!isVault(outside)) {
    throw fail('expected its function to give an object with the functions "seal" and "open"');
  }
  const fault = await probe(outside).catch(firstLine);
  if (fault !== undefined) throw fail(`its vault does not work: ${fault}`);
  return {
    async seal(purpose, jwk) {
      return sealedElsewhere + (await asOutage(outside.seal(purpose, jwk)));
    },
    open: (purpose, sealed) =>
      isSealedElsewhere(sealed)
        ? asOutage(outside.open(purpose, sealed.slice(sealedElsewhere.length)))
        : local.open(purpose, sealed),
  };
}

function loadModule(path: string): Promise<{ readonly default?: unknown }> {
  return import(pathToFileURL(resolve(path)).href);
}

function isVault(value: unknown): value is KeyVault {
  const { seal: sealing, open: opening } = (value ?? {}) as Partial<KeyVault>;
  return typeof sealing === 'function' && typeof opening === 'function';
}

/** Seals something and opens it again, before any key depends on it. @returns what is wrong, if anything */
async function probe(vault: KeyVault): Promise<string | undefined> {
  const sample = { kty: 'oct', k: 'grantway-probe' };
  const sealed: unknown = await vault.seal('probe', sample);
  if (typeof sealed !== 'string' || sealed === '') return `expected "seal" to give a text, got ${typeOf(sealed)}`;
  if (sealed.includes(sample.k)) return 'what "seal" gives holds the key itself';
  if (!isDeepStrictEqual(await vault.open('probe', sealed), sample)) {
    return '"open" does not give back what "seal" was given';
  }
  const elsewhere = await vault.open('another probe', sealed).catch(() => undefined);
  return elsewhere === undefined ? undefined : '"open" does not hold to the purpose that "seal" was given';
}

/** A key service that does not answer is an outage like that of a database. */
function asOutage<Result>(answer: Promise<Result>): Promise<Result> {
  return Promise.resolve(answer).catch((error: unknown) => {
    throw new Unavailable(`the key vault does not answer: ${firstLine(error)}`, error ?? {});
  });
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0] ?? '';
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
