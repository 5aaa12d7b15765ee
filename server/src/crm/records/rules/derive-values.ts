import type { Derivation } from '../../kernel/metadata/traits.ts';
import type { DerivationProblem, Draft } from '../../kernel/record/draft.ts';
import { cents, type LineItem, number, totalLine } from './line-totals.ts';

type Rule = (draft: Draft) => DerivationProblem | undefined;

const dayMs = 86_400_000;

const fullName: Rule = ({ data }) => {
  const name = [data.First_Name, data.Last_Name].filter((part) => part !== undefined).join(' ');
  if (name === '') delete data.Full_Name;
  else data.Full_Name = name;
  return undefined;
};

const revenue: Rule = ({ data, module, previous, given, createdAtMs, nowMs }) => {
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
  if (!closed) {
    delete data.Sales_Cycle_Duration;
    delete data.Overall_Sales_Duration;
    return undefined;
  }
  // In days: from the deal to its end, and from the lead that it came from.
  data.Sales_Cycle_Duration ??= Math.floor((nowMs - createdAtMs) / dayMs);
  data.Overall_Sales_Duration ??= number(data.Lead_Conversion_Time) + number(data.Sales_Cycle_Duration);
  return undefined;
};

const closing: Rule = ({ data, nowMs }) => {
  if (data.Status === 'Completed') data.Closed_Time ??= nowMs;
  else delete data.Closed_Time;
  return undefined;
};

const repetition: Rule = ({ data, previous }) => {
  const repeats = data.Recurring_Activity !== undefined && previous.Recurring_Activity === undefined;
  if (!repeats || data.Remind_At !== undefined) return undefined;
  return { code: 'MANDATORY_NOT_FOUND', apiName: 'Remind_At', details: {} };
};

const duration: Rule = ({ data, nowMs }) => {
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

const totals: Rule = ({ data, module }) => {
  const rows = (data[module.traits.lineItems as string] ?? []) as readonly LineItem[];
  data.Sub_Total = cents(rows.reduce((sum, row, index) => sum + totalLine(row, index), 0));
  data.Grand_Total = cents(data.Sub_Total - number(data.Discount) + number(data.Tax) + number(data.Adjustment));
  return undefined;
};

const comments: Rule = ({ data }) => {
  data.No_of_comments = Array.isArray(data.Comments) ? data.Comments.length : 0;
  return undefined;
};

const rules: Readonly<Record<Derivation, Rule>> = {
  fullName,
  revenue,
  closing,
  repetition,
  duration,
  totals,
  comments,
};

/** Step: computes what follows from other values, in `draft.data`, which is the caller's own copy. */
export function deriveValues(draft: Draft): DerivationProblem | undefined {
  const { numberField, derives } = draft.module.traits;
  if (numberField !== undefined) draft.data[numberField] = draft.id;
  return derives && rules[derives](draft);
}
