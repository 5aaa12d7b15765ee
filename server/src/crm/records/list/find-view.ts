import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { sequenceOf } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Space } from '../../kernel/space/space.ts';
import { type CustomView, standardViews } from './standard-views.ts';

export const viewInvalid = 'the custom view id given seems to be invalid';

export function findView(space: Space, module: Module, id: string): CustomView | undefined {
  const sequence = sequenceOf(space.dataSpace, id);
  return standardViews(module).find((view) => view.sequence === sequence);
}

/** The view that `cvid` names; undefined without one. @throws Refusal INVALID_DATA when the module has no such view. */
export function viewParameter({ space, query }: CrmCall, module: Module): CustomView | undefined {
  const id = query.get('cvid');
  if (!id) return undefined;
  const view = findView(space, module, id);
  if (view) return view;
  throw new Refusal('INVALID_DATA', {
    details: { param_name: 'cvid' },
    message: viewInvalid,
  });
}
