import type { Settings } from '../config/settings.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { type Operation, type ScopeGroup, scopeCatalogue } from './scope-catalogue.ts';

/** The scopes of the services that the operator declares. Throws UsableFailure when one exists already. */
export function declaredScopeGroups(services: Settings['services']): ScopeGroup[] {
  const names = new Set(scopeCatalogue.map((group) => group.name.toLowerCase()));
  return services.flatMap((service) =>
    service.scopes.map((scope) => {
      const name = `${service.name}.${scope.name}`;
      if (names.has(name.toLowerCase()))
        throw new UsableFailure(`the settings declare the scope "${name}", which exists already`);
      names.add(name.toLowerCase());
      return {
        name,
        operations: scope.operations as Operation[],
        subject: scope.subject,
        organizationBound: scope.organizationBound,
      };
    }),
  );
}
