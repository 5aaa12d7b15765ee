import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { expect, test } from 'vitest';
import { sourceFiles, sourceFolder } from './database/testing/sql-texts.ts';

/**
 * What lives as long as a process must not grow with who calls it. An `LRUCache` has a bound; every other map or set that is
 * filled later, of a module or an instance, stands here with what bounds it.
 */
const underWay = 'holds what is under way; each takes itself out';
const constructed = 'is filled by the constructor or once after it';
const ofOneRun = 'goes with its object, which serves one request, job or command';
const bounds: Readonly<Record<string, string>> = {
  'accounts/authority/accounts-server.ts #queues': 'one for each kind of question',
  'accounts/authority/change-stream.ts #listeners': 'one for each topic',
  'accounts/authority/serve-token-authority.ts #listeners':
    'one for each API process that listens, with a credential; taken out when it goes',
  'accounts/outside/providers.ts #known': 'one for each provider that operators added',
  'accounts/signing/signing-keys.ts #extendedUntilMs': 'one for each signing key: some a year',
  'accounts/signing/signing-keys.ts #loading': 'one for each algorithm',
  'accounts/signing/signing-keys.ts #privateKeys': 'one for each signing key: some a year',
  'accounts/store/credential-finder.ts #waiting': 'one for each data centre',
  'accounts/store/token-cache.ts #byName': 'as many as the LRUCache beside it, which takes them out',
  'audit/audit-log.ts #alike': 'most sorts of a minute (mostAlike)',
  'audit/audit-log.ts #waiting': underWay,
  'cli/worker-place.ts #alive': 'the worker of the place, and one that takes its place',
  'console/crm-tokens.ts #kept': 'the oldest goes at mostTokens',
  'console/streams.ts #open': 'refused at mostPerProcess',
  'crm/fields/values/date-format.ts patterns': 'emptied at maxFormats',
  'crm/fields/values/date-time.ts formats': 'emptied at maxFormats',
  'crm/fields/values/date-time.ts offsets': 'emptied at maxOffsets over all zones',
  'crm/jobs/worker.ts #running': underWay,
  'crm/kernel/metadata/metadata.ts #byName': constructed,
  'crm/kernel/metadata/metadata.ts #byNumber': constructed,
  'crm/kernel/metadata/standard-modules.ts modulesBy': 'one for each of four sets of features',
  'crm/kernel/space/space.ts #byZuid': constructed,
  'crm/kernel/space/space.ts #inVersion': 'one for each version of the API',
  'crm/kernel/space/space.ts #seenBy': 'one for each profile of the organization; goes with the cached space',
  'crm/language/query/stages.ts overfull': 'the oldest goes at maxOverfull',
  'crm/language/query/statement-builder.ts #joins': ofOneRun,
  'crm/store/limits/concurrency.ts #running': underWay,
  'crm/store/limits/use-counter.ts #uses': 'the oldest goes at maxCounters',
  'crm/store/records/keyed-locks.ts #tails': underWay,
  'crm/store/replica/sighted-database.ts sightings': ofOneRun,
  'crm/store/replica/write-marks.ts #marks':
    'one for each data space written in of late; taken out when its mark is closed',
  'crm/store/space/id-allocator.ts #refills': underWay,
  'crm/store/space/space-cache.ts #loading': underWay,
  'crm/wire/openapi/schema-shelf.ts #kept': constructed,
  'crm/wire/router.ts #byFirst': constructed,
  'crm/work/bulk/write/child-rows.ts #byText': ofOneRun,
  'crm/work/bulk/write/resource-write.ts #named': ofOneRun,
  'crm/work/notifications/notifier.ts #sending': underWay,
  'crm/work/notifications/notifier.ts #spaces':
    'one for each data space with something due; taken out when it has nothing',
  'database/change-notices.ts #listeners': 'one for each topic',
  'database/migrate.ts known': 'one for each kind of database',
  'directory/secret-uses.ts #known': 'emptied at mostKnown',
  'foundation/fair-shares.ts #ofReceiver': underWay,
  'foundation/fair-shares.ts #ofTenant': underWay,
  'foundation/fair-shares.ts #turns': 'the longest ago go, at a number of their own',
  'foundation/fair-slots.ts #runningOf': underWay,
  'foundation/fair-slots.ts #waiting': underWay,
  'http/outgoing/fetched-documents.ts #loading': underWay,
  'inspector/flows/flow-store.ts #unmerged': 'the oldest goes at mostUnmerged',
  'inspector/repeats.ts #dropped': 'one for each kind of event and outcome; begun anew each minute',
  'inspector/repeats.ts #groups': 'twice the rows of a minute at most (limit)',
  'inspector/repeats.ts #sorts': 'one for each kind of event and outcome; begun anew each minute',
  'lab/replay/credential-names.ts #byFingerprint': ofOneRun,
  'lab/replay/credential-names.ts #byRecord': ofOneRun,
  'lab/replay/credential-names.ts #counts': ofOneRun,
  'lab/replay/test-file.ts #defined': ofOneRun,
  'lab/replay/test-file.ts #users': ofOneRun,
  'oauth/scopes.ts #covers': 'one for each scope that an operation needs; goes with the grant',
};

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface Declared {
  readonly type: string;
  readonly name: string;
  readonly typeAnnotation?: { readonly typeAnnotation: { readonly typeName?: { readonly name?: string } } };
}

/** The names of empty maps and sets that a source keeps at module or instance level. */
function keptIn(code: string): string[] {
  if (!/\bnew (?:Map|Set)\b/.test(code)) return [];
  const isEmpty = (node: Node | null | undefined): boolean =>
    node?.type === 'NewExpression' &&
    ['Map', 'Set'].includes((node.callee as { name: string }).name) &&
    (node.arguments as unknown[]).length === 0;
  const isReadonly = ({ typeAnnotation }: Declared) =>
    typeAnnotation?.typeAnnotation.typeName?.name?.startsWith('Readonly') ?? false;
  const nameOf = ({ type, name }: { type: string; name: string }) => (type === 'PrivateIdentifier' ? `#${name}` : name);
  return (parseAst(code, { lang: 'ts' }).body as unknown as Node[]).flatMap((statement) => {
    const inner = (statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement) as Node | null;
    if (inner?.type === 'VariableDeclaration') {
      const declared = inner.declarations as { id: Declared; init: Node | null }[];
      return declared.filter(({ id, init }) => isEmpty(init) && !isReadonly(id)).map(({ id }) => nameOf(id));
    }
    if (inner?.type !== 'ClassDeclaration') return [];
    const members = (inner.body as { body: (Node & { key: { type: string; name: string }; value: Node | null })[] })
      .body;
    return members
      .filter(({ type, value }) => type === 'PropertyDefinition' && isEmpty(value))
      .map(({ key }) => nameOf(key));
  });
}

test('every map and set that lives on says what bounds it', () => {
  const found = sourceFiles().flatMap((file) =>
    keptIn(readFileSync(join(sourceFolder, file), 'utf8')).map((name) => `${file} ${name}`),
  );
  expect(found.sort()).toEqual(Object.keys(bounds).sort());
});

test('maps of modules and instances are seen, those of calls and constants are not', () => {
  const code = `const a = new Map<string, number>(); export const b = new Set(); const c = new Set([1]);
    const none: ReadonlyMap<string, string> = new Map();
    function f() { const d = new Map(); return d; }
    export class E { readonly #f = new Map(); g = new Set([1]); h() { const i = new Map(); return i; } }`;
  expect(keptIn(code)).toEqual(['a', 'b', '#f']);
});
