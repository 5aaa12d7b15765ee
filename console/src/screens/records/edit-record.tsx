import { Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type UseQueryResult, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ComponentProps, useState } from 'react';
import { type CrmRecord, leadsAnywhere, write } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';
import { formSections, rowFields, subformModules } from './form-values.ts';
import { RecordForm } from './record-form.tsx';
import { type Place, useModule, usePlace } from './space.ts';
import { recordName } from './value.tsx';

/** Adds a record to the module in the address. */
export function NewRecord() {
  const place = usePlace();
  const about = useModule(place);
  return (
    <Stack>
      <ScreenHeading title={texts.newRecord(about?.singular_label ?? place.module)} />
      <Form place={place} record={undefined} />
    </Stack>
  );
}

/** Changes the record in the address. */
export function EditRecord() {
  const place = usePlace();
  const query = useQuery(crmQueries.record(place.space, place.module, place.recordId));
  return (
    <Loaded query={query} height={640}>
      {(record) => {
        if (!record) return <ScreenHeading title={texts.gone} />;
        return <Editing key={record.id} place={place} read={record} />;
      }}
    </Loaded>
  );
}

/** Keeps the record as it was when the form was opened, so that only what the user has changed is sent. */
function Editing({ place, read }: { readonly place: Place; readonly read: CrmRecord }) {
  const [record] = useState(read);
  return (
    <Stack>
      <ScreenHeading title={texts.editHeading(recordName(record, undefined))} />
      <Form place={place} record={record} />
    </Stack>
  );
}

function Form({ place, record }: { readonly place: Place; readonly record: CrmRecord | undefined }) {
  const { space, module } = place;
  const sections = useQuery(crmQueries.sections(space, module));
  const navigate = useNavigate();
  const cache = useQueryClient();
  const show = (recordId: string) =>
    navigate({
      to: '/records/$environment/$organizationId/$module/$recordId',
      params: { ...space, module, recordId },
    });
  const save = async (changed: Readonly<Record<string, unknown>>, over?: string) => {
    const since = over ?? (typeof record?.Modified_Time === 'string' ? record.Modified_Time : undefined);
    const id = record
      ? await write(space, 'PUT', `${module}/${encodeURIComponent(record.id)}`, changed, since)
      : await write(space, 'POST', module, changed);
    for (const part of ['records', 'record']) {
      cache.invalidateQueries({ queryKey: ['crm', space, module, part] });
    }
    notifications.show({ message: texts.saved });
    await show(record?.id ?? id);
  };
  const cancel = () =>
    record
      ? show(record.id)
      : navigate({ to: '/records/$environment/$organizationId/$module', params: { ...space, module } });
  const readAgain = () => cache.fetchQuery({ ...crmQueries.record(space, module, place.recordId), staleTime: 0 });
  return (
    <Loaded query={sections} height={640}>
      {(all) => (
        <Complete
          place={place}
          sections={formSections(all, record === undefined)}
          record={record}
          save={save}
          readAgain={readAgain}
          cancel={cancel}
        />
      )}
    </Loaded>
  );
}

/** The form, once the fields of its subforms' rows are read, and where its look-ups into several modules may lead. */
function Complete(props: ComponentProps<typeof RecordForm>) {
  const { place, sections } = props;
  const { space } = place;
  const modules = subformModules(sections);
  const queries = useQueries({ queries: modules.map((module) => crmQueries.fields(space, module)) });
  const leads = sections.some(({ fields }) => fields.some(leadsAnywhere));
  const facts = useQuery({ ...crmQueries.moduleFacts(space, place.module), enabled: leads });
  const known = useQuery({ ...crmQueries.modules(space), enabled: leads });
  const needed: UseQueryResult<unknown>[] = leads ? [...queries, facts, known] : queries;
  const missing = needed.find(({ data }) => data === undefined);
  if (missing) return <Loaded query={missing}>{() => null}</Loaded>;
  const columns = new Map(modules.map((module, index) => [module, rowFields(queries[index]?.data ?? [])]));
  const complete = sections.map((section) => ({
    ...section,
    fields: section.fields.map((field) => {
      const rows = columns.get(field.associated_module?.module ?? '');
      if (field.data_type === 'subform' && rows) return { ...field, columns: rows };
      if (!leadsAnywhere(field)) return field;
      const names = new Set(facts.data?.targets[field.api_name]);
      return { ...field, targets: known.data?.filter(({ api_name }) => names.has(api_name)) ?? [] };
    }),
  }));
  return <RecordForm {...props} sections={complete} />;
}
