import { chapters } from '../crm/operations.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import { type ScopeList, scopeList } from './wire.ts';

const placeholder = /\{[^}]+\}/g;

/** The operations of the CRM API with the scopes that they need, from the table that enforces them. */
const operations: ScopeList['operations'] = Object.entries(chapters).flatMap(([chapter, rows]) =>
  rows.map((row) => {
    const places = row.path.match(placeholder) ?? [];
    const byModule = places[0] === '{module}';
    const needed = row.scopes(places);
    return {
      id: `${row.method} /crm/v8/${row.path}`,
      chapter,
      summary: row.about.summary,
      // A module that is none of the standard ones has the token `custom`.
      scopes: needed.map((alternatives) =>
        alternatives.map((name) => (byModule ? name.replace(/\.custom(?=\.)/, '.{module}') : name)),
      ),
    };
  }),
);

/** The catalogue of scopes, with what each opens. */
export const scopeRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/scopes',
    summary: 'The catalogue of scopes with the operations that each opens',
    answer: scopeList,
    handle: async ({ context }): Promise<ScopeList> => ({
      scopes: context.scopes.groups.flatMap((group) =>
        group.operations.map((operation) => {
          const name = `${group.name}.${operation}`;
          const set = context.scopes.setOf([name]);
          return {
            name,
            service: group.name.split('.')[0] ?? group.name,
            sentence: set.scopes[0]?.sentence ?? group.subject,
            organizationBound: group.organizationBound,
            operations: operations
              .filter(({ scopes }) => scopes.some((alternatives) => alternatives.some((needed) => set.covers(needed))))
              .map(({ id }) => id),
          };
        }),
      ),
      operations,
    }),
  }),
];
