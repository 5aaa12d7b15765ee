import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildTopology, parseSettings, tokenAuthorityOf } from '../config/load-settings.ts';
import { commandFault } from './testing/command-fault.ts';

/**
 * The files in `deploy/` are examples for engines that are not at hand here: their command lines, variables, settings, ports
 * and probes are held against the platform.
 */
const root = join(import.meta.dirname, '../../..');
const folder = (name: string) => join(root, 'deploy', name);

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly readinessProbe: { readonly httpGet: { readonly path: string; readonly port: string } };
  readonly securityContext: object;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

function readYaml<Document>(path: string): Document[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Document;
  });
}

const manifests = readdirSync(folder('kubernetes'))
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => readYaml<Manifest>(join(folder('kubernetes'), name)));
const ofKind = (kind: string) => manifests.filter((each) => each.kind === kind);
const deployments = ofKind('Deployment').map(({ metadata, spec }) => {
  const { template } = spec as { template: { spec: { containers: readonly [Container] } } };
  return { name: metadata.name, container: template.spec.containers[0] };
});
const settings = parseSettings(JSON.parse(ofKind('ConfigMap')[0]?.data?.['grantway.json'] ?? ''), 'the ConfigMap');
const ports = buildTopology(settings).find('us')?.ports;

test('the services of Kubernetes listen where the platform does', () => {
  const listening = Object.fromEntries(
    deployments.flatMap(({ container }) => container.ports.map(({ name, containerPort }) => [name, containerPort])),
  );
  expect(listening).toEqual({
    ...{ accounts: ports?.accounts, api: ports?.api, sandbox: ports?.sandboxApi, developer: ports?.developerApi },
    ...{ console: ports?.console, content: ports?.content, metrics: settings.metricsPort },
  });
  for (const { metadata, spec } of ofKind('Service')) {
    const container = deployments.find(({ name }) => name === metadata.name)?.container;
    const named = container?.ports.map(({ name, containerPort }) => ({ name, port: containerPort, targetPort: name }));
    expect(spec?.ports).toEqual(named?.filter(({ name }) => name !== 'metrics'));
  }
});

test('each origin of the settings is a host of the ingress, which leads to a service that there is', () => {
  const [ingress] = ofKind('Ingress') as unknown as {
    spec: {
      rules: { host: string; http: { paths: [{ backend: { service: { name: string; port: { name: string } } } }] } }[];
    };
  }[];
  const rules = ingress?.spec.rules ?? [];
  const origins = Object.values(buildTopology(settings).find('us')?.origins ?? {});
  expect(rules.map(({ host }) => `https://${host}`).toSorted()).toEqual(origins.toSorted());
  for (const { http } of rules) {
    const { name, port } = http.paths[0].backend.service;
    const service = ofKind('Service').find(({ metadata }) => metadata.name === name);
    expect(service?.spec?.ports).toContainEqual(expect.objectContaining({ name: port.name }));
  }
});

test.each(deployments.map((each) => [each.name, each] as const))('%s runs a command that there is', async (_, each) => {
  const { args, ports: listening, readinessProbe, securityContext } = each.container;
  expect(await commandFault(args)).toBeUndefined();
  expect(readinessProbe.httpGet.path).toBe('/readyz');
  expect(listening.map(({ name }) => name)).toContain(readinessProbe.httpGet.port);
  expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
});

test('together they have every role once', () => {
  const roles = deployments.flatMap(({ container: { args } }) => args[args.indexOf('--role') + 1]?.split(','));
  expect(roles.toSorted()).toEqual(['accounts', 'admin', 'api', 'console', 'jobs']);
});

/** What an operator is told to run for the role of an API that asks the accounts server, one text for each statement. */
const rightsIn = (text: string) =>
  [...text.matchAll(/^(?:GRANT|REVOKE)[^;]+;/gm)].map(([statement]) => statement.replaceAll(/\s+/g, ' ')).toSorted();
const documentedRights = rightsIn(readFileSync(join(root, 'docs/scale.md'), 'utf8'));

test('the rights of an API that asks the accounts server are those that docs/scale.md explains', () => {
  expect(rightsIn(readFileSync(join(folder('postgres'), 'api-rights.sql'), 'utf8'))).toEqual(documentedRights);
  expect(documentedRights.length).toBeGreaterThan(5);
});

test('the variant of Kubernetes changes what the API asks, and with which role, and nothing else', async () => {
  const [base] = readYaml<{ resources: string[] }>(join(folder('kubernetes'), 'kustomization.yaml'));
  const files = readdirSync(folder('kubernetes')).filter((name) => name.endsWith('.yaml'));
  expect(base?.resources.toSorted()).toEqual(files.filter((name) => name !== 'kustomization.yaml').toSorted());
  const apart = (name: string) => join(folder('kubernetes/apart'), name);
  const [variant] = readYaml<{ resources: string[]; patches: { path: string }[] }>(apart('kustomization.yaml'));
  expect(variant?.resources).toEqual(['..']);
  const patches = variant?.patches.flatMap(({ path }) => readYaml<Manifest>(apart(path))) ?? [];
  for (const { kind, metadata } of patches) {
    expect(ofKind(kind).map((each) => each.metadata.name)).toContain(metadata.name);
  }
  const [config] = patches.filter(({ kind }) => kind === 'ConfigMap');
  const changed = parseSettings(JSON.parse(config?.data?.['grantway.json'] ?? ''), 'the ConfigMap');
  const place = new URL(tokenAuthorityOf(changed, 'us') ?? '');
  const { tokenAuthority: _, ...us } = changed.dataCenters[0] as { tokenAuthority?: string };
  expect({ ...changed, dataCenters: [us] }).toEqual(settings);
  const asked = ofKind('Service').find(({ metadata }) => metadata.name === place.hostname);
  expect(asked?.spec?.ports).toContainEqual(expect.objectContaining({ name: 'accounts', port: Number(place.port) }));
});

interface ComposeService {
  readonly image?: string;
  readonly command?: string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
}

test.each(readdirSync(folder('compose')).filter((name) => name.endsWith('.yaml')))(
  'the Compose file %s starts the platform by commands and variables that there are',
  async (name) => {
    const [file] = readYaml<{ services: Record<string, ComposeService> }>(join(folder('compose'), name));
    const ours = Object.values(file?.services ?? {}).filter(({ image }) => image?.startsWith('grantway:'));
    expect(ours.length).toBeGreaterThan(0);
    const documented = readFileSync(join(root, 'docs/operating.md'), 'utf8');
    // Each database that it names is made.
    const made = readFileSync(join(folder('compose'), 'init/10-databases.sql'), 'utf8');
    for (const { command = [], environment = {}, read_only: readOnly } of ours) {
      expect(await commandFault(command)).toBeUndefined();
      expect(readOnly).toBe(true);
      for (const variable of Object.keys(environment)) {
        expect(documented).toContain(variable.replace(/_DC_[A-Z]+_/, '_DC_<ID>_'));
      }
      for (const [, database = ''] of JSON.stringify(environment).matchAll(/@postgres\/(\w+)/g)) {
        if (database !== 'directory') expect(made).toContain(`CREATE DATABASE ${database};`);
      }
    }
  },
);

test('the Compose file of a platform in parts has every role once, and its API asks a service that there is', () => {
  const [file] = readYaml<{ services: Record<string, ComposeService> }>(join(folder('compose'), 'apart.yaml'));
  const roles = Object.values(file?.services ?? {}).flatMap(({ command = [] }) =>
    command.includes('--role') ? command[command.indexOf('--role') + 1]?.split(',') : [],
  );
  expect(roles.toSorted()).toEqual(['accounts', 'admin', 'api', 'console', 'jobs']);
  const apart = parseSettings(JSON.parse(readFileSync(join(folder('compose'), 'apart.json'), 'utf8')));
  const place = new URL(tokenAuthorityOf(apart, 'us') ?? '');
  expect(Object.keys(file?.services ?? {})).toContain(place.hostname);
  expect(Number(place.port)).toBe(buildTopology(apart).find('us')?.ports.accounts);
  const { environment = {} } = file?.services.api ?? {};
  expect(environment.GRANTWAY_DC_US_URL).toMatch(/^postgres:\/\/grantway_api:/);
  expect(environment.GRANTWAY_DIRECTORY_URL).toMatch(/^postgres:\/\/grantway_api:/);
});
