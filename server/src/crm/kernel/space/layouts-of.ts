import { layoutId } from '../ids.ts';
import type { Module } from '../metadata/metadata.ts';
import type { LayoutDefinition } from './layout.ts';
import type { Setting } from './setting.ts';
import type { Space } from './space.ts';

/** A layout of a module, whether it is stored or not. */
export interface Layout {
  readonly id: string;
  readonly isStandard: boolean;
  readonly definition: LayoutDefinition;
  /** What was stored of it; null: a standard layout that nobody has changed. */
  readonly stored: Setting<'layout'> | null;
}

const standard: LayoutDefinition = {
  name: 'Standard',
  active: true,
  profiles: null,
  sections: null,
  unused: [],
  keys: [],
};

/** Every record that is shown asks for them. */
const known = new WeakMap<Space, Map<number, readonly Layout[]>>();

/** The layouts of a module, the standard one first. */
export function layoutsOf(space: Space, module: Module): readonly Layout[] {
  const byModule = known.get(space) ?? new Map<number, readonly Layout[]>();
  known.set(space, byModule);
  const layouts =
    byModule.get(module.number) ?? layoutsAmong(space.dataSpace, module, space.list('layout', module.number));
  byModule.set(module.number, layouts);
  return layouts;
}

/** The same of these items of the area. */
export function layoutsAmong(
  dataSpace: number,
  module: Module,
  items: readonly Setting<'layout'>[],
): readonly Layout[] {
  const id = layoutId(dataSpace, module.number);
  const own = items.find((each) => each.id === id);
  return [
    { id, isStandard: true, definition: own?.definition ?? standard, stored: own ?? null },
    ...items
      .filter((each) => each.id !== id)
      .map((stored) => ({ id: stored.id, isStandard: false, definition: stored.definition, stored })),
  ];
}

/** The layout that a record is in, by what it holds. */
export function layoutByKey(layouts: readonly Layout[], key: unknown): Layout {
  const found = layouts.find(({ definition }) => definition.keys.some((each) => each === key));
  return found ?? (layouts[0] as Layout);
}

/** Whether users of a profile may put records into it. */
export function isUsable({ definition: { active, profiles } }: Layout, profileId: string): boolean {
  return active && (profiles === null || profiles.includes(profileId));
}

export function layoutApiName({ isStandard, definition }: Pick<Layout, 'isStandard' | 'definition'>): string {
  return isStandard ? 'Standard__s' : definition.name.replaceAll(/\W+/g, '_');
}
