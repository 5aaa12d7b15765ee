/** A COQL query as it is written: names and values that nobody has checked yet. */
export interface QueryTree {
  readonly columns: readonly SelectItem[];
  readonly module: string;
  /** Id of a custom view, after `#`. */
  readonly view: string | undefined;
  readonly where: ConditionTree;
  readonly groupBy: readonly ColumnName[];
  readonly orderBy: readonly { readonly column: ColumnName; readonly ascending: boolean }[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
}

export type AggregateName = 'SUM' | 'MIN' | 'MAX' | 'AVG' | 'COUNT';

export interface SelectItem {
  readonly aggregate: AggregateName | undefined;
  /** Undefined for `COUNT(*)`. */
  readonly column: ColumnName | undefined;
  readonly alias: string | undefined;
}

/** `Account_Name.Parent_Account.Account_Name`, `What_Id->Leads.Last_Name` */
export interface ColumnName {
  /** Of `!Leads.Owner.id`: the module. */
  readonly base?: string;
  readonly parts: readonly { readonly name: string; readonly module?: string }[];
  /** As written, without quotes: what errors and answers call it. */
  readonly text: string;
}

export type ConditionTree =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly ConditionTree[] }
  | {
      readonly kind: 'test';
      readonly column: ColumnName;
      readonly operator: TestOperator;
      readonly negated: boolean;
      readonly values: readonly string[];
    };

export type TestOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'between' | 'like' | 'is null';
