import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The types that the vendor's own client libraries declare for answers of the API: each ships one JSON file with every
 * class, its members and their types. It is read where npm put it; nothing of it is copied.
 */
interface Member {
  readonly name?: string;
  readonly type?: string;
  readonly structure_name?: string;
  readonly sub_type?: { readonly type: string };
  readonly values?: readonly unknown[];
}
type Class = Readonly<Record<string, Member | boolean>>;

/** Versions of the API for which npm has a library, and where its types are. */
const libraries: Readonly<Record<string, string>> = {
  v2: '@zohocrm/typescript-sdk-2.0/config/json_details.json',
  'v2.1': '@zohocrm/typescript-sdk-2.1/dist/config/json_details.json',
  v6: '@zohocrm/typescript-sdk-6.0/dist/config/json_details.json',
  v7: '@zohocrm/typescript-sdk-7.0/dist/config/json_details.json',
  v8: '@zohocrm/typescript-sdk-8.0/dist/config/json_details.json',
};
export const versionsWithTypes = Object.keys(libraries);

/** One value that is not of its declared type: where it stands (`fields[].lookup.module`), the type, and what came. */
export interface Difference {
  readonly at: string;
  readonly declared: string;
  readonly came: string;
}

const prefix = 'core/com/zoho/crm/api/';

export class DeclaredTypes {
  readonly #classes: Readonly<Record<string, Class>>;

  constructor(version: string) {
    const [scope = '', name = '', ...path] = (libraries[version] ?? '').split('/');
    const manifest = createRequire(import.meta.url).resolve(`${scope}/${name}/package.json`);
    this.#classes = JSON.parse(readFileSync(join(dirname(manifest), ...path), 'utf8'));
  }

  /** Whether the version has a class of that name, as `fields/response_wrapper`. */
  has(name: string): boolean {
    return this.#classes[prefix + name] !== undefined;
  }

  /** The differences between an answer and the class; members that the class does not have are not looked at. */
  differences(answer: unknown, name: string): Difference[] {
    const found = new Map<string, Difference>();
    this.#compare(answer, prefix + name, undefined, '', (difference) => found.set(difference.at, difference));
    return [...found.values()];
  }

  /** The names of the class's members that an answer has: what was compared at all. */
  shared(answer: Readonly<Record<string, unknown>>, name: string): string[] {
    return members(this.#classes[prefix + name] ?? {})
      .map((member) => member.name as string)
      .filter((each) => each in answer);
  }

  #compare(value: unknown, type: string, member: Member | undefined, at: string, tell: (found: Difference) => void) {
    // Libraries take null for every type.
    if (value === null || value === undefined) return;
    const wrong = (declared: string) => tell({ at, declared, came: JSON.stringify(value).slice(0, 120) });
    if (type === 'List') {
      if (!Array.isArray(value)) return wrong(type);
      const inner = member?.structure_name ?? member?.sub_type?.type;
      if (inner !== undefined) for (const each of value) this.#compare(each, inner, undefined, `${at}[]`, tell);
      return;
    }
    const structure = this.#classes[type];
    if (structure) {
      if (!isObject(value)) return wrong(type.replace(prefix, ''));
      for (const each of members(structure)) {
        const name = each.name as string;
        this.#compare(value[name], each.type ?? 'Object', each, at === '' ? name : `${at}.${name}`, tell);
      }
      return;
    }
    const isOf = checks[type];
    if (!isOf) return;
    if (!isOf(value)) wrong(type);
    else if (member?.values && !member.values.includes(value)) wrong(`one of ${member.values.join(', ')}`);
  }
}

function members(structure: Class): Member[] {
  return Object.values(structure).filter(
    (each): each is Member => typeof each === 'object' && each.name !== undefined && each.name !== 'keyModified',
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): boolean => typeof value === 'string';

/** What libraries read as a type. A Long may come as text, because numbers cannot hold ids. */
const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
  String: isText,
  Integer: Number.isInteger,
  Double: (value) => typeof value === 'number',
  Boolean: (value) => typeof value === 'boolean',
  Long: (value) => Number.isInteger(value) || (typeof value === 'string' && /^\d+$/.test(value)),
  DateTime: (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$/.test(value as string),
  Date: (value) => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value as string),
  TimeZone: isText,
  Map: isObject,
  HashMap: isObject,
  'utils/util/choice': (value) => ['string', 'number', 'boolean'].includes(typeof value),
};
