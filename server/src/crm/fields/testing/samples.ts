import type { DataType } from '../../kernel/metadata/metadata.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { type CrmUser, Space, type SpaceContents } from '../../kernel/space/space.ts';

/** Samples of all types of fields: what goes in, how it is kept and shown, and what is refused. */

export const timeZone = 'Asia/Kolkata';
export const user = { id: '1000001', fullName: 'Ada Lovelace', email: 'ada@example.com' } as CrmUser;
export const space = new Space({
  dataSpace: 1,
  users: [user],
  tags: [],
  territories: [{ id: '1000077', name: 'North' }],
  metadata: standardMetadata,
} as unknown as SpaceContents);
export const view = { space, timeZone, nowMs: null, names: new Map([['1000009', 'Zylker']]) };
export const accounts = { api_name: 'Accounts', id: space.moduleId(standardMetadata.find('Accounts') as never) };

interface Sample {
  /** As requests write the value. */
  readonly json: unknown;
  readonly stored: unknown;
  /** As answers show it, where that is something else. */
  readonly shown?: unknown;
}

export interface Samples {
  readonly over?: object;
  /** The values of a type from the smallest to the largest one, where it has an order. */
  readonly good: readonly Sample[];
  readonly bad: readonly (readonly [unknown, object])[];
}

const same = (...values: readonly unknown[]): Sample[] => values.map((value) => ({ json: value, stored: value }));
const type = (expected_data_type: string) => ({ expected_data_type });
const moments = (...texts: readonly (readonly [json: string, shown: string])[]): Sample[] =>
  texts.map(([json, shown]) => ({ json, stored: Date.parse(json), shown }));
const person = { name: user.fullName, id: user.id, email: user.email };
const someone: Sample = { json: { id: user.id }, stored: user.id, shown: person };
const noUser = [
  ['x', {}],
  [5.5, type('jsonobject')],
] as const;

/** Of each type that clients write as one value. */
export const written = {
  text: {
    good: same('"quoted", and\nmore', 'abc', 'Äther'),
    bad: [
      [5, type('text')],
      ['x'.repeat(256), { maximum_length: 255 }],
    ],
  },
  textarea: { good: same('a\nb', 'b'), bad: [[true, type('text')]] },
  email: { good: same('a@example.com', 'B@example.com'), bad: [['nobody', type('email')]] },
  phone: { good: same('(30) 5', '+49 30'), bad: [['<1>', type('phone')]] },
  website: { good: same('www.example.com'), bad: [['a b', type('website')]] },
  picklist: { good: same('a', 'B'), bad: [[['a'], type('picklist')]] },
  multiselectpicklist: {
    good: same(['b'], ['A', 'C'], ['A', 'b']),
    bad: [
      ['A;B', type('jsonarray')],
      [[5], type('text')],
      [['A;B'], { regex: '^[^;]*$' }],
    ],
  },
  integer: {
    over: { length: 9 },
    good: same(-3, 0, 7, 123_456_789),
    bad: [
      ['7', type('integer')],
      [10 ** 9, { maximum_length: 9 }],
    ],
  },
  bigint: {
    over: { length: 18 },
    good: same('-5', '9', '10', '123456789012345678'),
    bad: [
      ['x', type('bigint')],
      ['1'.repeat(19), { maximum_length: 18 }],
    ],
  },
  double: { over: { length: 16 }, good: same(-1.5, 0, 2.25, 10), bad: [['5', type('double')]] },
  currency: {
    over: { length: 16 },
    good: [...same(-2, 0.5), { json: 1.005, stored: 1.01, shown: 1.01 }, ...same(10)],
    bad: [
      [true, type('currency')],
      [10 ** 16, { maximum_length: 16 }],
    ],
  },
  percent: {
    over: { length: 16 },
    good: same(-10, 33.33, 100),
    bad: [
      ['5', type('percent')],
      [10 ** 5, { maximum_length: 5 }],
    ],
  },
  boolean: { good: same(false, true), bad: [['true', type('boolean')]] },
  date: { good: same('0999-12-31', '2026-02-28', '2026-03-01'), bad: [['2026-02-29', type('date')]] },
  datetime: {
    good: moments(
      ['1969-12-31T23:00:00Z', '1970-01-01T04:30:00+05:30'],
      ['2026-03-10T12:00:00+01:00', '2026-03-10T16:30:00+05:30'],
    ),
    bad: [
      ['2026-03-10', type('datetime')],
      [5, type('datetime')],
    ],
  },
  event_reminder: {
    good: moments(['2026-03-10T12:00:00+01:00', '2026-03-10T16:30:00+05:30']),
    bad: [['soon', type('datetime')]],
  },
  lookup: {
    over: { lookup: 'Accounts' },
    good: [{ json: { id: '1000009' }, stored: '1000009', shown: { name: 'Zylker', id: '1000009' } }],
    bad: [
      ['x', {}],
      [[], type('jsonobject')],
    ],
  },
  multi_module_lookup: {
    over: { lookup_modules: ['Leads', 'Accounts'] },
    good: [
      {
        json: { id: '1000009', module: 'accounts' },
        stored: { id: '1000009', module: 'Accounts' },
        shown: { name: 'Zylker', id: '1000009', module: accounts },
      },
    ],
    bad: [
      [{ id: '9' }, { dependee: { api_name: 'module', json_path: 'module' } }],
      [{ id: '9', module: 'Deals' }, { supported_values: ['Leads', 'Accounts'] }],
    ],
  },
  ownerlookup: { good: [someone], bad: noUser },
  userlookup: { good: [someone], bad: noUser },
  territories: {
    good: [
      {
        json: [{ id: '1000077' }],
        stored: [{ territory: '1000077' }],
        shown: [
          {
            Name: 'North',
            id: '1000077',
            $assigned_by: null,
            $assigned_time: '1970-01-01T05:30:00+05:30',
            $assigned: 'automatically',
          },
        ],
      },
    ],
    bad: [[[{ id: '1' }, { id: '2' }], { limit: 1 }]],
  },
  linetax: { good: same([{ name: 'VAT', percentage: 19 }]), bad: [[[{ percentage: 19 }], type('jsonobject')]] },
  ALARM: { good: same({ ALARM: 'FREQ=NONE;ACTION=EMAIL' }), bad: [[{ ALARM: 5 }, type('jsonobject')]] },
  RRULE: { good: same({ RRULE: 'FREQ=DAILY;COUNT=3' }), bad: [['FREQ=DAILY', type('jsonobject')]] },
  multireminder: {
    good: [
      {
        json: [{ unit: 2, period: 'hours' }],
        stored: [{ unit: 2, period: 'hours' }],
        shown: [{ unit: 2, period: 'hours', time: null }],
      },
    ],
    bad: [[[{ unit: 'two' }], type('jsonobject')]],
  },
  participants: {
    good: [
      {
        json: [
          {
            type: 'email',
            participant: 'b@example.com',
            name: 'Bo',
            Email: 'b@example.com',
            invited: true,
            status: 'x',
          },
        ],
        stored: [
          {
            type: 'email',
            participant: 'b@example.com',
            name: 'Bo',
            Email: 'b@example.com',
            invited: true,
            status: 'x',
          },
        ],
      },
    ],
    bad: [[[{ type: 'dog', participant: '5' }], { supported_values: ['user', 'email', 'contact', 'lead'] }]],
  },
} as const satisfies Readonly<Partial<Record<DataType, Samples>>>;

export type Written = keyof typeof written;

/** Types whose values are computed, stand elsewhere or have calls of their own. */
export const unwritten = [
  'multiselectlookup',
  'multiuserlookup',
  'subform',
  'layout',
  'profileimage',
  'fileupload',
  'imageupload',
  'autonumber',
  'formula',
  'rollup_summary',
  'consent_lookup',
] as const satisfies readonly Exclude<DataType, Written>[];
