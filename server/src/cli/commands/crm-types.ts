import type { Command } from 'commander';
import { connectAdmin } from '../admin-client.ts';
import { type FieldFacts, moduleTypes } from '../module-types.ts';
import { printJson, printLine } from '../output.ts';
import { addOrganizationOptions, type OrganizationOptions, targetOf } from './organization.ts';

interface Options extends OrganizationOptions {
  readonly module?: readonly string[];
}

interface ListedModule {
  readonly module: string;
  readonly fields: readonly FieldFacts[];
}

/** `crm types`: TypeScript declarations of an organization's own fields, for `CrmClient` of @grantway/node. */
export function registerTypesCommand(crm: Command): void {
  addOrganizationOptions(
    crm
      .command('types')
      .description("print TypeScript types of an organization's own modules and fields")
      .option('--module <names...>', 'API names of modules (default: all that have records)'),
  ).action(async (options: Options) => {
    const call = connectAdmin(options);
    const target = targetOf(options);
    const modules: ListedModule[] = [];
    for (const module of options.module ?? [undefined]) {
      const query = new URLSearchParams({ ...target, ...(module !== undefined && { module }) });
      modules.push(...(await call<ListedModule[]>('GET', `/module-fields?${query}`)));
    }
    const types = moduleTypes(modules.map(({ module, fields }) => ({ apiName: module, fields })));
    if (options.json) printJson({ types });
    else printLine(types.trimEnd());
  });
}
