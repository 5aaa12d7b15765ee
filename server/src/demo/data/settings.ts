/**
 * What the demo's organizations have beside records: territories by city, a pipeline for renewals, a rule that gives new
 * leads their owners, and variables. People are named by their place among the demo's users.
 */

interface DemoTerritory {
  readonly name: string;
  readonly below?: string;
  /** The place of its manager and only user. */
  readonly manager: number;
  /** By the way in which requests call them. */
  readonly criteria?: Readonly<Record<string, object>>;
}

const test = (api_name: string, comparator: string, value: unknown) => ({ field: { api_name }, comparator, value });

/** Leads by their city, accounts by where their bills go. */
const inCities = (...cities: string[]) => ({
  lead_rule_criteria: test('City', 'in', cities),
  account_rule_criteria: test('Billing_City', 'in', cities),
});

/** Those that others are below come first. */
export const demoTerritories: readonly DemoTerritory[] = [
  { name: 'Coast', manager: 0 },
  { name: 'Inland', manager: 1 },
  { name: 'Northern coast', below: 'Coast', manager: 0, criteria: inCities('Northport', 'Lakeside') },
  { name: 'Southern coast', below: 'Coast', manager: 1, criteria: inCities('Southmere', 'Riverbend') },
  { name: 'Eastern hills', below: 'Inland', manager: 0, criteria: inCities('Eastvale', 'Hillcrest') },
  { name: 'Western plains', below: 'Inland', manager: 1, criteria: inCities('Westhaven', 'Middleford') },
  {
    name: 'Key accounts',
    manager: 0,
    criteria: {
      account_rule_criteria: test('Annual_Revenue', 'greater_equal', 75_000_000),
      deal_rule_criteria: test('Amount', 'greater_equal', 150_000),
    },
  },
];

/** A pipeline beside the one with all stages. */
export const demoPipeline = {
  name: 'Renewals',
  stages: ['Qualification', 'Negotiation/Review', 'Closed Won', 'Closed Lost'],
} as const;

/** An assignment rule, with places for e-mail addresses. */
export const demoRule = {
  name: 'New leads',
  module: 'Leads',
  description: 'Large companies go to the first user; the others are shared.',
  default_assignee: 0,
  entries: [
    { criteria: test('Annual_Revenue', 'greater_equal', 5_000_000), users: [0] },
    { criteria: null, users: [0, 1] },
  ],
} as const;

export const demoVariables = {
  group: { name: 'Sales targets', description: 'What the reports of the demo compare with' },
  variables: [
    { name: 'Yearly target', api_name: 'Yearly_Target', type: 'currency', value: 1_200_000 },
    { name: 'Most discount', api_name: 'Most_Discount', type: 'percent', value: 15 },
    { name: 'Support address', api_name: 'Support_Address', type: 'email', value: 'support@demo.example' },
  ],
} as const;

/** What solutions go through before anybody is shown them. */
export const demoBlueprint = {
  name: 'Review of solutions',
  module: 'Solutions',
  field: 'Status',
  transitions: [
    { name: 'Approve', from: ['Draft'], to: 'Reviewed', fields: [{ api_name: 'Answer', mandatory: true }] },
    { name: 'Mark as duplicate', from: ['Draft', 'Reviewed'], to: 'Duplicate' },
  ],
} as const;

export const demoTemplate = {
  ...{ name: 'Welcome', module: 'Leads' },
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: merge fields look so
  subject: 'Welcome, ${!Leads.First_Name}',
  content: '<p>Dear ${!Leads.Full_Name},</p><p>Thank you for your interest.</p><p>${!Users.full_name}</p>',
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: merge fields look so
} as const;

export const demoLayout = { name: 'Partners', module: 'Leads' } as const;

/** Which leads are worth a call first. */
export const demoScoringRule = {
  ...{ name: 'Large companies', module: { api_name: 'Leads' }, active: true },
  field_rules: [
    { score: 10, criteria: test('Annual_Revenue', 'greater_equal', 1_000_000) },
    { score: 5, criteria: test('No_of_Employees', 'greater_equal', 500) },
  ],
};

export const demoPickList = {
  display_label: 'Regions',
  description: 'Choices for fields of any module',
  pick_list_values: ['North', 'East', 'South', 'West'].map((display_value) => ({ display_value })),
};
