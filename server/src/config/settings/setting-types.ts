import { Type } from 'typebox';
import type { Seconds } from '../../foundation/kinds.ts';
import { textForms } from '../../foundation/text-forms.ts';

/** Unknown keys are refused. */
export const closed = { additionalProperties: false } as const;

export const duration = (defaultSeconds: number, description: string) =>
  Type.Unsafe<Seconds>(Type.Integer({ minimum: 1, maximum: 10 * 365 * 86_400, default: defaultSeconds, description }));

export const count = (defaultCount: number, description: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000,
    default: defaultCount,
    description: `${description} 0: no limit.`,
  });

/** A switch for all organizations (true), none (false), or those with these ids. */
export const organizations = (description: string) =>
  Type.Union([Type.Boolean(), Type.Array(Type.String(textForms.id))], {
    default: false,
    description: `${description} For all organizations (true), none, or those with these ids (zgid of production).`,
  });
