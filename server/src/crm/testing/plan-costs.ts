import type { Database, Statement } from '../../database/database.ts';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks'?: number;
  'Shared Read Blocks'?: number;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/**
 * What the statements of `work` cost: blocks that they touch, rows and entries of indexes that their scans look at, and the
 * tables that they read from one end to the other.
 */
export async function costsOf(database: Database, work: (database: Database) => Promise<unknown>) {
  let blocks = 0;
  let looked = 0;
  const scanned: string[] = [];
  const visit = (node: PlanNode): void => {
    if (node['Node Type'] === 'Seq Scan') scanned.push(node['Relation Name'] ?? '');
    // A heap scan looks at what the scans of indexes below it name.
    if (/^(Seq|Index|Index Only|Bitmap Index) Scan$/.test(node['Node Type'])) {
      looked += (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
    }
    node.Plans?.forEach(visit);
  };
  const explaining: Pick<Database, 'query' | 'transaction' | 'source'> = {
    source: database,
    transaction: (inner) => inner(explaining),
    query: async <Row>(statement: Statement): Promise<Row[]> => {
      if (statement.text.startsWith('SET')) return [];
      const rows = await database.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>({
        // Without the statement's name, which stands for its text.
        ...(statement.values && { values: statement.values }),
        text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.text}`,
      });
      const plan = rows[0]?.['QUERY PLAN'][0]?.Plan as PlanNode;
      blocks += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
      visit(plan);
      return database.query<Row>(statement);
    },
  };
  const rows = await work(explaining as Database);
  return { blocks, looked, scanned, rows };
}
