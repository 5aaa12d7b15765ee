import type { Literal, Operator } from '../../fields/model/comparison.ts';
import { formatDateTime, localDate, startOfDay } from '../../fields/values/date-time.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { firstCustomModule, systemIds } from '../../kernel/ids.ts';
import { namesActivities } from '../../kernel/metadata/activities.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { allOf, type Condition } from '../../language/query/condition.ts';
import { convertedCondition } from '../../language/query/converted.ts';

/** One test of a view, for showing it and for finding its records. */
interface ViewTest {
  readonly field: string;
  readonly operator: Operator;
  /** As `GET /settings/custom_views/{id}` shows it. */
  readonly comparator: string;
  readonly value: (call: CrmCall) => Literal;
  readonly shown: (call: CrmCall) => unknown;
}

export interface CustomView {
  /** The 12-digit part of its id. */
  readonly sequence: number;
  readonly name: string;
  readonly systemName: string | null;
  readonly isDefault: boolean;
  readonly module: Module;
  readonly tests: readonly ViewTest[];
  /** Which leads it shows: those that are converted, or the others. */
  readonly converted: 'true' | 'false';
  readonly sortBy: 'id' | 'Created_Time' | 'Modified_Time';
  condition(call: CrmCall): Condition;
}

const dayMs = 86_400_000;
const recentDays = 7;

const mine: ViewTest = {
  field: 'Owner',
  operator: 'equals',
  comparator: 'equal',
  value: ({ user }) => user.id,
  shown: ({ user }) => ({ name: user.fullName, id: user.id }),
};

const since = (field: string, from: (call: CrmCall) => number): ViewTest => ({
  field,
  operator: 'greater_equal',
  comparator: 'greater_equal',
  value: from,
  shown: (call) => formatDateTime(from(call), call.user.timeZone),
});

/** Midnight in the caller's time zone. */
function startOfToday({ nowMs, user }: CrmCall): number {
  return startOfDay(localDate(nowMs, user.timeZone), user.timeZone);
}

const recently = ({ nowMs }: CrmCall): number => nowMs - recentDays * dayMs;

interface Definition {
  readonly number: number;
  readonly name: (plural: string) => string;
  readonly systemName: string;
  readonly tests: readonly ViewTest[];
  readonly converted?: 'true';
  readonly sortBy?: CustomView['sortBy'];
  readonly module?: string;
}

/** The views that every module starts with. Numbers are part of ids: they never change. */
const definitions: readonly Definition[] = [
  { number: 1, name: (plural) => `All ${plural}`, systemName: 'ALLVIEWS', tests: [] },
  { number: 2, name: (plural) => `My ${plural}`, systemName: 'MYVIEWS', tests: [mine] },
  {
    number: 3,
    name: (plural) => `Today's ${plural}`,
    systemName: 'TODAYSVIEWS',
    tests: [since('Created_Time', startOfToday)],
  },
  {
    number: 4,
    name: (plural) => `Recently Created ${plural}`,
    systemName: 'RECENTLYCREATED',
    tests: [since('Created_Time', recently)],
    sortBy: 'Created_Time',
  },
  {
    number: 5,
    name: (plural) => `Recently Modified ${plural}`,
    systemName: 'RECENTLYMODIFIED',
    tests: [since('Modified_Time', recently)],
    sortBy: 'Modified_Time',
  },
  {
    number: 6,
    name: () => 'Converted Leads',
    systemName: 'CONVERTEDLEADS',
    tests: [],
    converted: 'true',
  },
  {
    number: 7,
    name: () => 'My Converted Leads',
    systemName: 'MYCONVERTEDLEADS',
    tests: [mine],
    converted: 'true',
  },
];

/** Ids of views: a hundred for each module. */
const firstView = 6_000_000;

function sequenceOf(module: Module, number: number): number {
  if (module.number >= firstCustomModule) return systemIds.customViews + module.number * 100 + number;
  return (number === 1 ? module.traits.allRecordsView : undefined) ?? firstView + module.sequence * 100 + number;
}

const views = new WeakMap<Module, readonly CustomView[]>();

/** The views of a module, the default one first. */
export function standardViews(module: Module): readonly CustomView[] {
  let known = views.get(module);
  if (!known) {
    // The union of activities has no lists but its own.
    known = (namesActivities(module.apiName) ? [] : definitions)
      .filter((definition) => definition.converted === undefined || module.traits.convertible)
      .filter(({ tests }) => tests.every((test) => module.field.has(test.field)))
      .map((definition) => buildView(module, definition));
    views.set(module, known);
  }
  return known;
}

function buildView(module: Module, definition: Definition): CustomView {
  const { number, name, systemName, tests, converted = 'false', sortBy = 'id' } = definition;
  const state = convertedCondition(module, converted);
  return {
    sequence: sequenceOf(module, number),
    name: name(module.pluralLabel),
    systemName,
    isDefault: number === 1,
    module,
    tests,
    converted,
    sortBy,
    condition: (call) => allOf([...tests.map((test) => testCondition(module, test, call)), ...(state ? [state] : [])]),
  };
}

function testCondition(module: Module, { field: name, operator, value }: ViewTest, call: CrmCall): Condition {
  const field = module.field.get(name);
  if (!field) throw new Error(`${module.apiName} has no field ${name}`);
  return { kind: 'test', column: { module, field, path: [] }, operator, negated: false, values: [value(call)] };
}
