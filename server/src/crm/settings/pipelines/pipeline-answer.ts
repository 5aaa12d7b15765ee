import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId, systemIds } from '../../kernel/ids.ts';
import { layoutsOf } from '../../kernel/space/layouts-of.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { stageField, stagesOf } from '../../kernel/space/pipelines-of.ts';
import type { Space } from '../../kernel/space/space.ts';
import { pickListValueId } from '../fields/field-answer.ts';

/** What forecasts make of a stage, by its type. */
const forecastCategories: Readonly<Record<string, readonly [name: string, place: number]>> = {
  Open: ['Pipeline', 0],
  'Closed Won': ['Closed', 1],
  'Closed Lost': ['Omitted', 2],
};

/** A pipeline as the calls about pipelines show it (crm-api 11). */
export function pipelineAnswer({ id, name, value, isDefault, stages }: Pipeline, space: Space): object {
  const known = stagesOf(space);
  const field = stageField(space);
  const maps = stages.flatMap((stage) => {
    const place = known.findIndex((each) => each.value === stage);
    const choice = known[place];
    // A stage that the field has lost since is not shown.
    if (!choice || !field) return [];
    const forecastType = choice.forecastType ?? 'Open';
    const [category, sequence] = forecastCategories[forecastType] ?? ['Pipeline', 0];
    return [
      {
        display_value: choice.display ?? choice.value,
        forecast_category: { name: category, id: space.id(systemIds.forecastCategories + sequence) },
        actual_value: choice.value,
        id: pickListValueId(field, place, space),
        forecast_type: forecastType,
        colour_code: choice.colour ?? null,
      },
    ];
  });
  return {
    display_value: name,
    default: isDefault,
    maps: maps.map((stage, index) => ({ ...stage, sequence_number: index + 1 })),
    actual_value: value,
    id,
    child_available: false,
    parent: null,
  };
}

/** Holds `layout_id`, which every call needs, against the layouts of deals: all of them have the same pipelines. @throws Refusal */
export function checkLayout({ query, space }: CrmCall): void {
  const given = query.get('layout_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'layout_id' } });
  const deals = space.metadata.having('stages');
  if (deals && layoutsOf(space, deals).some(({ id }) => id === readId(given))) return;
  throw new Refusal('INVALID_DATA', {
    details: { param_name: 'layout_id' },
    message: 'the layout id given seems to be invalid',
  });
}
