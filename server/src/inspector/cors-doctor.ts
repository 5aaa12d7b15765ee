import { apiOrigin, type DataCenter, type Environment } from '../config/data-centers.ts';
import {
  type BrowserFault,
  corsCheck,
  forbiddenToPages,
  type PageCall,
  pageCall,
  preflightFault,
  preflightOf,
} from '../http/cors/as-browser.ts';
import { CrossOrigin } from '../http/cors/cross-origin.ts';
import type { CorsHeaders } from '../http/cors/headers.ts';
import { type Client, clientTypeRules, isEnabledAt } from '../oauth/client.ts';
import { isOriginOf, similarDomain } from '../oauth/javascript-domains.ts';
import { meaningOf } from './cors-headers.ts';

export interface CorsQuestion {
  readonly dataCenter: DataCenter;
  readonly environment: Environment;
  readonly client: Client;
  /** As a browser sends it: scheme, host and port. */
  readonly origin: string;
  readonly method: string;
  /** Names of the headers that the page sets. */
  readonly headers: readonly string[];
}

/** A header of the exchange, and what it says. */
export interface ExplainedHeader {
  readonly part: 'preflight sent' | 'preflight answer' | 'request sent' | 'request answer';
  readonly name: string;
  readonly value: string;
  readonly meaning: string;
}

/** What a browser does with a page's call, and why. */
export interface CorsDiagnosis {
  readonly allowed: boolean;
  /** Status null: none is sent. */
  readonly preflight: { readonly status: number | null; readonly headers: CorsHeaders };
  /** The cross-origin headers of the answer to the call itself; none where it is not made. */
  readonly request: { readonly headers: CorsHeaders };
  readonly reason: string;
  /** What to do; null where the call is allowed. */
  readonly mend: string | null;
  /** The API origin that is called. */
  readonly apiOrigin: string;
  /** The JavaScript domain of the client that decides; null where none fits. */
  readonly decidedBy: string | null;
  readonly headers: readonly ExplainedHeader[];
}

/**
 * Makes a page's call as a browser would (Fetch standard, "CORS protocol"), with the code that answers it.
 * @param mayCall the listener's own rule: whether pages at an origin may call before a token is known.
 */
export async function diagnoseCors(
  question: CorsQuestion,
  mayCall: (origin: string) => Promise<boolean>,
): Promise<CorsDiagnosis> {
  const { client, dataCenter, environment, origin } = question;
  const ownOrigin = apiOrigin(dataCenter, environment);
  const listener = new CrossOrigin({ ownOrigin, mayCall, preflightAnswered: () => {} });
  const call = pageCall(origin, question.method, question.headers);
  const decidedBy = client.javascriptDomains.find((domain) => domain === origin) ?? null;
  const base = { apiOrigin: ownOrigin, decidedBy };
  const none = { preflight: { status: null, headers: {} }, request: { headers: {} }, headers: [] };

  if (listener.foreignOrigin({ origin }) === null) {
    const reason = `${origin} is the API's own origin: a browser asks for no permission.`;
    return { ...base, ...none, allowed: true, reason, mend: null };
  }
  const unsendable = originFault(origin) ?? forbidden(call);
  if (unsendable) return { ...base, ...none, allowed: false, ...unsendable };

  const sent = preflightOf(call);
  const answer = await listener.preflightAnswer(origin, sent['access-control-request-headers']);
  const preflight = { status: answer.status, headers: answer.headers };
  const asked = [...explained('preflight sent', sent), ...explained('preflight answer', answer.headers)];
  const refused = preflightFault(call, answer);
  if (refused) {
    const told = answer.allowed ? ofPreflight(refused) : notRegistered(question);
    return { ...base, preflight, request: { headers: {} }, headers: asked, allowed: false, ...told };
  }
  // A client that is switched off here has no token that works, and so no origin.
  const enabled = isEnabledAt(client, dataCenter.id);
  const headers = await listener.headersFor(origin, enabled && isOriginOf(client, origin));
  const request = { headers };
  const all = [
    ...asked,
    ...explained('request sent', { origin, ...Object.fromEntries(call.headers.map((name) => [name, '…'])) }),
    ...explained('request answer', headers),
  ];
  if (corsCheck(origin, headers)) {
    return { ...base, preflight, request, headers: all, allowed: false, ...notRegistered(question) };
  }
  const reason = `The JavaScript domain "${origin}" of the client "${client.name}" decides: its pages may call with tokens of this client.`;
  return { ...base, preflight, request, headers: all, allowed: true, reason, mend: null };
}

interface Told {
  readonly reason: string;
  readonly mend: string;
}

/** Origins of extensions and apps, whose pages browsers let call as others. */
const otherScheme = /^(?!https?:)[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+$/;

/** An origin that no browser sends. */
function originFault(origin: string): Told | undefined {
  if (origin === 'null') {
    return {
      reason:
        'The origin "null" is that of pages from files, of sandboxed frames and of some redirects; it is nobody\'s and never registered.',
      mend: 'Serve the page from a web server, for example http://localhost:8090, and register that origin.',
    };
  }
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (parsed && (parsed.origin === origin || otherScheme.test(origin))) return undefined;
  const meant = parsed && parsed.origin !== 'null' ? parsed.origin : undefined;
  return {
    reason: `"${origin}" is no origin: expected scheme, host and port without a path, such as https://app.example.com.`,
    mend:
      meant === undefined
        ? 'Check with the origin that the page has in the browser (location.origin).'
        : `Check with ${meant}.`,
  };
}

function forbidden(call: PageCall): Told | undefined {
  const fault = forbiddenToPages(call);
  if (!fault) return undefined;
  return {
    reason: `No page may send the ${fault.check} ${fault.came}: browsers keep it for themselves.`,
    mend: fault.check === 'method' ? 'Call with another method.' : `Leave the header ${fault.came} out.`,
  };
}

/** The preflight was allowed, but not for this method or header. */
function ofPreflight({ check, expected, came }: BrowserFault): Told {
  if (check === 'method') {
    const capital = came.toUpperCase();
    const misspelt = expected.split(', ').includes(capital);
    return {
      reason: `The preflight allows the methods ${expected}; the page sends ${came}.`,
      mend: misspelt
        ? `Write the method as ${capital}: browsers leave its letters as they are.`
        : `Call with one of ${expected}.`,
    };
  }
  return {
    reason: `The preflight allows the headers ${expected}; the page sends ${came} as well.`,
    mend: `Leave the header ${came} out, or give it a name of letters, digits and hyphens (64 at most), with 32 headers at most in all.`,
  };
}

function notRegistered({ client, dataCenter, origin }: CorsQuestion): Told {
  const update = `npx grantway client update --client-id ${client.clientId}`;
  if (!isEnabledAt(client, dataCenter.id)) {
    return {
      reason: `The client "${client.name}" is not enabled in ${dataCenter.id}: its JavaScript domains do not count there.`,
      mend: `Switch ${dataCenter.id} on in the client's settings (${update} --enable-dc ${dataCenter.id}).`,
    };
  }
  if (!clientTypeRules[client.type].javascriptDomains) {
    return {
      reason: `A client of the type ${clientTypeRules[client.type].label} has no JavaScript domains: pages may not call with its tokens.`,
      mend: 'Call from the server, or register a client of the type Client-based for the page.',
    };
  }
  const registered = client.javascriptDomains;
  if (isOriginOf(client, origin)) {
    return {
      reason: `${origin} is registered, but the API has not learnt of it yet.`,
      mend: 'Try again in some seconds.',
    };
  }
  const similar = similarDomain(registered, origin);
  const all = [...registered, origin].map((domain) => `--js-domain ${domain}`).join(' ');
  return {
    reason: `${origin} is not one of the client's JavaScript domains: expected ${registered.join(', ') || 'one at all, and none is registered'}${similar === undefined ? '' : `; ${similar} differs in scheme, port or "www."`}.`,
    mend: `Add ${origin} to the JavaScript domains of the client (${update} ${all}).`,
  };
}

function explained(part: ExplainedHeader['part'], headers: CorsHeaders): ExplainedHeader[] {
  return Object.entries(headers).map(([name, value]) => ({ part, name, value, meaning: meaningOf(name, value) }));
}
