import type { Client } from '../../oauth/client.ts';
import {
  type GrantPart,
  givenVariables,
  isVariable,
  type OmittedPart,
  type Outcome,
  type Plan,
  type PlanPart,
  type RequestPart,
  type Text,
} from './plan.ts';

/** Test runners that tests are written for. */
export const testRunners = ['node', 'vitest'] as const;
export type TestRunner = (typeof testRunners)[number];

/**
 * The plan as the source of a test that starts a platform of its own, with a client that is set as this one is now. It
 * fails when a request of the flow comes out otherwise.
 */
export function testFile(plan: Plan, client: Client | undefined, runner: TestRunner): string {
  const writer = new TestWriter(plan, client);
  return [
    `// The flow ${plan.flowId} as a test, written by "grantway flow to-test".`,
    "import assert from 'node:assert/strict';",
    `import { test } from '${runner === 'vitest' ? 'vitest' : 'node:test'}';`,
    "import { startPlatform } from '@grantway/testing';",
    '',
    `test(${quoted(titleOf(plan))}, { timeout: 120_000 }, async () => {`,
    `  const platform = await startPlatform({ dataCenters: ${list(writer.dataCenters)} });`,
    '  try {',
    ...writer.lines().map((line) => (line === '' ? '' : `    ${line}`)),
    '  } finally {',
    '    await platform.stop();',
    '  }',
    '});',
    '',
    helper,
  ].join('\n');
}

const helper = `/** Sends a request and tells how it came out: the status, and the outcome that the platform recorded. */
async function send(platform, { dataCenter, service, method, path, query, form, headers, body }) {
  const search = query ? \`?\${new URLSearchParams(query)}\` : '';
  const response = await fetch(\`\${platform.origins(dataCenter)[service]}\${path}\${search}\`, {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    body: form ? new URLSearchParams(form) : body && JSON.stringify(body),
    redirect: 'manual',
  });
  const text = await response.text();
  const { outcome } = await platform.flows.step(response.headers.get('x-request-id'));
  const json = /json/.test(response.headers.get('content-type')) && text !== '' ? JSON.parse(text) : {};
  return { status: response.status, outcome, json };
}
`;

function titleOf({ parts }: Plan): string {
  const requests = parts.filter((part) => part.do === 'request');
  const named = requests.find(({ before }) => !isGood(before)) ?? requests.at(-1);
  const path = named?.path.map((piece) => (isVariable(piece) ? `{${piece.variable}}` : piece)).join('');
  return `${named?.method} ${path}: ${named?.before.outcome ?? named?.before.status}`;
}

const isGood = ({ outcome, status }: Outcome) =>
  status !== null && status < 300 && (outcome === null || outcome === 'Success');

class TestWriter {
  readonly dataCenters: readonly string[];
  readonly #client: Client | undefined;
  readonly #plan: Plan;
  readonly #users = new Map<string, string>();
  readonly #defined = new Set<string>();
  #answers = 0;

  constructor(plan: Plan, client: Client | undefined) {
    this.#plan = plan;
    this.#client = client;
    const ofParts = plan.parts.flatMap((part) => (part.do === 'omit' ? [] : [part.dataCenter]));
    const ofClient = client ? [client.dataCenter, ...client.dataCenters.keys()] : [];
    this.dataCenters = [...new Set([...ofClient, ...ofParts, ...plan.dataCenters])];
  }

  lines(): string[] {
    const begin = [...this.#clientLines(), ...this.#verifierLine()];
    const parts = this.#plan.parts.flatMap((part) => ['', ...this.#part(part)]);
    return [...begin, ...parts].slice(begin.length > 0 ? 0 : 1);
  }

  #clientLines(): string[] {
    const client = this.#client;
    if (!client) return [];
    this.#defined.add(givenVariables.clientId);
    for (const dataCenter of client.dataCenters.keys()) this.#defined.add(givenVariables.secretOf(dataCenter));
    const enabled = [...client.dataCenters].filter(([id, at]) => at.enabled && id !== client.dataCenter);
    const settings = Object.entries(client.overrides);
    const own = settings.map(([name, value]) => `${quoted(name)}: ${JSON.stringify(value)}`).join(', ');
    this.#users.set(`${client.dataCenter} ${client.ownerId}`, 'owner');
    this.#users.set(`${client.dataCenter} null`, 'owner');
    return [
      `const owner = await platform.createUser({ dataCenter: ${quoted(client.dataCenter)} });`,
      'const client = await platform.createClient({',
      `  type: ${quoted(client.type)},`,
      ...(client.profile === 'compatible' ? [] : [`  profile: ${quoted(client.profile)},`]),
      '  owner,',
      `  redirectUris: ${list(client.redirectUris)},`,
      `  javascriptDomains: ${list(client.javascriptDomains)},`,
      `  enabledDataCenters: ${list(enabled.map(([id]) => id))},`,
      ...(settings.length > 0 ? [`  settings: { ${own} },`] : []),
      '});',
    ];
  }

  #verifierLine(): string[] {
    if (!JSON.stringify(this.#plan.parts).includes(`{"variable":"${givenVariables.codeVerifier}"}`)) return [];
    this.#defined.add(givenVariables.codeVerifier);
    return [`const ${givenVariables.codeVerifier} = ${quoted('v'.repeat(43))};`];
  }

  #part(part: PlanPart): string[] {
    if (part.do === 'omit') return [omitted(part, part.what, part.why)];
    const wait = part.waitMs > 0 ? [`await platform.clock.advance(${part.waitMs});`] : [];
    if (part.do === 'grant') return [...wait, ...this.#grant(part)];
    const path = part.path.map((piece) => (isVariable(piece) ? `{${piece.variable}}` : piece)).join('');
    const missing = part.needsRecords ? 'records that this platform does not have' : this.#missing(part);
    if (missing) return [omitted(part, `${part.method} ${path}`, `it needs ${missing}`)];
    return [...wait, ...this.#request(part, path)];
  }

  #grant(part: GrantPart): string[] {
    const { code, accessToken, refreshToken } = part.gives;
    const { lines, user } = this.#user(part);
    const order = [
      'client',
      `user: ${user}`,
      `dataCenter: ${quoted(part.dataCenter)}`,
      `scopes: ${list(part.scopes)}`,
      ...(part.environment === 'production' ? [] : [`environment: ${quoted(part.environment)}`]),
    ];
    const [what, why] = [Object.values(part.gives).join(', '), `// ${stepsOf(part)}${part.why}.`];
    for (const name of Object.values(part.gives)) this.#defined.add(name);
    if (code === undefined) {
      const taken = [
        ...(accessToken === undefined ? [] : [`accessToken: ${accessToken}`]),
        ...(refreshToken === undefined ? [] : [`refreshToken: ${refreshToken}`]),
      ];
      return [...lines, why, ...call(`const { ${taken.join(', ')} } = await platform.createTokens`, order)];
    }
    const verifier = part.codeVerifier?.variable;
    if (part.redirectUri !== null) order.push(`redirectUri: ${quoted(part.redirectUri)}`);
    if (verifier !== undefined) order.push(verifier);
    return [...lines, why, ...call(`const { code: ${what} } = await platform.createCode`, order)];
  }

  /** Whoever granted: the owner of the client, or another user. */
  #user({ dataCenter, userId }: GrantPart): { readonly lines: string[]; readonly user: string } {
    const key = `${dataCenter} ${userId}`;
    const known = this.#users.get(key);
    if (known !== undefined) return { lines: [], user: known };
    const user = `user${this.#users.size}`;
    this.#users.set(key, user);
    return { lines: [`const ${user} = await platform.createUser({ dataCenter: ${quoted(dataCenter)} });`], user };
  }

  #missing(part: RequestPart): string | undefined {
    const texts = [part.path, ...[...part.query, ...part.form, ...part.headers].map(([, text]) => text)];
    const basic = part.basic ? [part.basic.id, part.basic.secret] : [];
    const used = [...texts, ...basic].flatMap((text) => text.filter(isVariable).map(({ variable }) => variable));
    return used.find((variable) => !this.#defined.has(variable));
  }

  #request(part: RequestPart, path: string): string[] {
    const { before, component, environment } = part;
    const service = component === 'api' && environment !== 'production' ? `${environment}Api` : component;
    const answer = `answer${++this.#answers}`;
    const headers = part.headers.map(([name, value]) => `${property(name)}: ${this.#code(value)}`);
    if (part.basic) {
      const pair = `\`\${${this.#code(part.basic.id)}}:\${${this.#code(part.basic.secret)}}\``;
      headers.push(`authorization: \`Basic \${Buffer.from(${pair}).toString('base64')}\``);
    }
    const fields = (given: RequestPart['form']) =>
      `{ ${given.map(([name, value]) => `${property(name)}: ${this.#code(value)}`).join(', ')} }`;
    const given = [
      `dataCenter: ${quoted(part.dataCenter)}`,
      `service: ${quoted(service)}`,
      `method: ${quoted(part.method)}`,
      `path: ${this.#code(part.path)}`,
      ...(part.query.length > 0 ? [`query: ${fields(part.query)}`] : []),
      ...(part.form.length > 0 ? [`form: ${fields(part.form)}`] : []),
      ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
      ...(part.body === null ? [] : [`body: ${JSON.stringify(part.body)}`]),
    ];
    const taken = part.gives.map(({ member, variable }) => {
      this.#defined.add(variable);
      const from = member === 'record' ? 'data[0].details.id' : member;
      return `const ${variable} = ${answer}.json.${from};`;
    });
    return [
      `// ${stepsOf(part)}${part.method} ${path}${part.note === null ? '' : `; ${part.note}`}.`,
      ...call(`const ${answer} = await send`, given, 'platform, '),
      ...(before.outcome === null ? [] : [`assert.equal(${answer}.outcome, ${quoted(before.outcome)});`]),
      isGood(before)
        ? `assert.ok(${answer}.status < 300, \`expected a good status, got \${${answer}.status}\`);`
        : `assert.equal(${answer}.status, ${before.status});`,
      ...taken,
    ];
  }

  /** The text as source: one value, or a template. */
  #code(text: Text): string {
    const [only] = text;
    if (text.length === 1 && only !== undefined) return isVariable(only) ? this.#variable(only.variable) : quoted(only);
    const pieces = text.map((piece) =>
      isVariable(piece) ? `\${${this.#variable(piece.variable)}}` : piece.replace(/[`\\]|\$\{/g, '\\$&'),
    );
    return `\`${pieces.join('')}\``;
  }

  #variable(name: string): string {
    if (name === givenVariables.clientId) return 'client.clientId';
    const dataCenter = this.dataCenters.find((id) => name === givenVariables.secretOf(id));
    return dataCenter === undefined ? name : `client.secrets.${dataCenter}`;
  }
}

function stepsOf({ steps }: PlanPart): string {
  if (steps.length === 0) return '';
  const [first, last] = [steps[0], steps.at(-1)];
  return first === last ? `Step ${first}: ` : `Steps ${first} to ${last}: `;
}

function omitted(part: PlanPart | OmittedPart, what: string, why: string): string {
  return `// ${stepsOf(part)}${what} is not done again: ${why}.`;
}

function call(name: string, members: readonly string[], before = ''): string[] {
  return [`${name}(${before}{`, ...members.map((member) => `  ${member},`), '});'];
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** A name as one of an object's. */
function property(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name);
}

function quoted(text: string): string {
  return /['\\\p{Cc}]/u.test(text) ? JSON.stringify(text) : `'${text}'`;
}
