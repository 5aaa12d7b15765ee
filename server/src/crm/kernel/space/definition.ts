import type { Blueprint } from './blueprint.ts';
import type { DuplicateCheck } from './duplicate-check.ts';
import type { GlobalPickList } from './global-pick-list.ts';
import type { LockingConfiguration } from './locking-configuration.ts';
import type { MapDependency } from './map-dependency.ts';
import type { ViewSort } from './view-sort.ts';

/** What organizations set up beside their metadata, by the kind of it; bodies hold values in their stored form. */
export interface DefinitionBodies {
  readonly blueprint: Blueprint;
  readonly duplicate_check: DuplicateCheck;
  readonly global_pick_list: GlobalPickList;
  readonly locking_configuration: LockingConfiguration;
  readonly map_dependency: MapDependency;
  readonly view_sort: ViewSort;
}

export type DefinitionKind = keyof DefinitionBodies;

/** One of them, with its stamps. */
export interface Definition<Kind extends DefinitionKind = DefinitionKind> {
  readonly id: string;
  readonly kind: Kind;
  /** The module's number; 0 for what belongs to none. */
  readonly module: number;
  readonly body: DefinitionBodies[Kind];
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}
