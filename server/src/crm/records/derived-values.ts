import type { Module } from '../metadata/metadata.ts';
import { roundTo } from '../values/numbers.ts';
import type { Problem } from '../values/reading.ts';
import type { RecordData, StoredValue } from './record.ts';

/** A record about to be written, for the rules that compute values from other values. */
export interface Draft {
  readonly module: Module;
  readonly id: string;
  readonly data: RecordData;
  /** Before the change; empty for a new record. */
  readonly previous: RecordData;
  /** Whether the request names the field. */
  readonly given: (apiName: string) => boolean;
  readonly createdAtMs: number;
  readonly nowMs: number;
}

export type DerivationProblem = Omit<Problem, 'code'> & {
  readonly code: 'INVALID_DATA' | 'MANDATORY_NOT_FOUND' | 'DEPENDENT_MISMATCH';
  readonly apiName: string;
};

type Rule = (draft: Draft) => DerivationProblem | undefined;

const dayMs = 86_400_000;
const cents = (value: number) => roundTo(value, 2);
const number = (value: StoredValue | undefined) => (typeof value === 'number' ? value : 0);

const fullName: Rule = ({ data }) => {
  const name = [data.First_Name, data.Last_Name].filter((part) => part !== undefined).join(' ');
  if (name === '') delete data.Full_Name;
  else data.Full_Name = name;
  return undefined;
};

const deal: Rule = ({ data, module, previous, given, createdAtMs, nowMs }) => {
  const probability = data.Probability;
  if (probability !== undefined && (number(probability) < 0 || number(probability) > 100)) {
    return { code: 'INVALID_DATA', apiName: 'Probability', details: {}, message: 'Given Probability is not valid' };
  }
  const stage = module.field.get('Stage')?.pickList.find((choice) => choice.value === data.Stage);
  if (data.Stage !== previous.Stage && !given('Probability') && stage?.probability !== undefined) {
    data.Probability = stage.probability;
  }
  if (data.Amount === undefined || data.Probability === undefined) delete data.Expected_Revenue;
  else data.Expected_Revenue = cents((number(data.Amount) * number(data.Probability)) / 100);
  const closed = stage?.forecastType !== undefined && stage.forecastType !== 'Open';
  if (!closed) delete data.Overall_Sales_Duration;
  else data.Overall_Sales_Duration ??= Math.floor((nowMs - createdAtMs) / dayMs);
  return undefined;
};

const task: Rule = ({ data, nowMs }) => {
  if (data.Status === 'Completed') data.Closed_Time ??= nowMs;
  else delete data.Closed_Time;
  return undefined;
};

const call: Rule = ({ data, nowMs }) => {
  const scheduled =
    data.Outgoing_Call_Status === 'Scheduled' ||
    data.Scheduled_In_CRM === 'Yes' ||
    number(data.Call_Start_Time) > nowMs;
  const duration = data.Call_Duration as string | undefined;
  if (duration === undefined) {
    delete data.Call_Duration_in_seconds;
    if (scheduled || data.Call_Type === 'Missed') return undefined;
    return { code: 'MANDATORY_NOT_FOUND', apiName: 'Call_Duration', details: {} };
  }
  const match = /^(?:(\d{1,3}):)?(\d{1,5}):([0-5]?\d)$/.exec(duration);
  if (!match) {
    return { code: 'INVALID_DATA', apiName: 'Call_Duration', details: { regex: '^\\d+:[0-5]?\\d$' } };
  }
  const seconds = Number(match[1] ?? 0) * 3600 + Number(match[2]) * 60 + Number(match[3]);
  if (seconds === 0 && !scheduled && data.Call_Type !== 'Missed') {
    return {
      code: 'DEPENDENT_MISMATCH',
      apiName: 'Call_Duration',
      details: { dependee: { api_name: 'Call_Type', json_path: 'Call_Type' } },
      message: 'Call Duration can not be zero.',
    };
  }
  data.Call_Duration_in_seconds = seconds;
  return undefined;
};

type Row = Record<string, StoredValue>;

/** Totals of a line: a discount is an amount, or text like "5%". */
function totalLine(row: Row, index: number): number {
  const total = cents(number(row.Quantity) * number(row.List_Price));
  const discount = readDiscount(row.Discount as string | undefined, total);
  const afterDiscount = cents(total - discount);
  const taxes = ((row.Line_Tax ?? []) as readonly { percentage?: number }[]).map((tax) => ({
    ...tax,
    value: cents((afterDiscount * (tax.percentage ?? 0)) / 100),
  }));
  const tax = cents(taxes.reduce((sum, each) => sum + each.value, 0));
  if (taxes.length > 0) row.Line_Tax = taxes;
  row.Total = total;
  row.Total_After_Discount = afterDiscount;
  row.Tax = tax;
  row.Net_Total = cents(afterDiscount + tax);
  row.Sequence_Number = index + 1;
  return row.Net_Total;
}

function readDiscount(text: string | undefined, total: number): number {
  const match = /^\s*(\d{1,16}(?:\.\d{1,9})?)\s*(%?)\s*$/.exec(text ?? '');
  if (!match) return 0;
  return match[2] === '%' ? cents((total * Number(match[1])) / 100) : cents(Number(match[1]));
}

const inventory =
  (items: string): Rule =>
  ({ data, module }) => {
    const rows = (data[items] ?? []) as readonly Row[];
    data.Sub_Total = cents(rows.reduce((sum, row, index) => sum + totalLine(row, index), 0));
    if (module.field.has('Grand_Total')) {
      data.Grand_Total = cents(data.Sub_Total - number(data.Discount) + number(data.Tax) + number(data.Adjustment));
    }
    return undefined;
  };

const rules: Readonly<Record<string, Rule>> = {
  Leads: fullName,
  Contacts: fullName,
  Deals: deal,
  Tasks: task,
  Calls: call,
  Quotes: inventory('Quoted_Items'),
  Sales_Orders: inventory('Ordered_Items'),
  Purchase_Orders: inventory('Purchase_Items'),
  Invoices: inventory('Invoiced_Items'),
};

/** Fields that number the records of a module; the number is the record's id. */
const numberFields: Readonly<Record<string, string>> = {
  Quotes: 'Quote_Number',
  Sales_Orders: 'SO_Number',
  Invoices: 'Invoice_Number',
  Cases: 'Case_Number',
  Solutions: 'Solution_Number',
};

/** Computes what follows from other values, in `draft.data`, which is the caller's own copy. */
export function deriveValues(draft: Draft): DerivationProblem | undefined {
  const numberField = numberFields[draft.module.apiName];
  if (numberField !== undefined) draft.data[numberField] = draft.id;
  return rules[draft.module.apiName]?.(draft);
}
