import { Badge, Button, Code, Group, SegmentedControl, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Fragment, useState } from 'react';
import type { AuditEntry, AuditVerification } from '../../../../server/src/console/wire-administration.ts';
import { eventKinds } from '../../../../server/src/inspector/event-kinds.ts';
import { type AuditFilter, administrationQueries } from '../../api/administration.ts';
import { call } from '../../api/call.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { OlderButton } from '../../parts/older-button.tsx';
import { Time } from '../../parts/time.tsx';
import { administrationTexts as texts } from '../../texts/administration.ts';

const noFilter: AuditFilter = { outcome: '', action: '', user: '', actor: '', clientId: '', address: '' };

/** Who did what, when and from where; the filters are in the address. */
export function AuditTab() {
  const search = useSearch({ strict: false }) as Partial<AuditFilter>;
  const current = Object.fromEntries(
    Object.keys(noFilter).map((name) => [name, search[name as keyof AuditFilter] ?? '']),
  ) as unknown as AuditFilter;
  const navigate = useNavigate();
  const query = useInfiniteQuery(administrationQueries.audit(current));
  const filter = (change: Partial<AuditFilter>) => {
    const filled = Object.entries({ ...current, ...change }).filter(([, value]) => value !== '');
    navigate({
      to: '/administration/$tab',
      params: { tab: 'audit' },
      search: Object.fromEntries(filled),
      replace: true,
      resetScroll: false,
    });
  };
  const type = useDebouncedCallback((name: keyof AuditFilter, text: string) => filter({ [name]: text.trim() }), 300);
  return (
    <Stack>
      <Group justify="space-between" align="flex-start">
        <Text c="dimmed">{texts.auditText}</Text>
        <Verification />
      </Group>
      <Group align="flex-end">
        <SegmentedControl
          value={current.outcome}
          onChange={(value) => filter({ outcome: value })}
          aria-label={texts.outcome}
          data={[
            { value: '', label: texts.all },
            { value: 'failed', label: texts.failedOnly },
          ]}
        />
        <Select
          label={texts.kind}
          data={Object.keys(eventKinds)}
          value={current.action === '' ? null : current.action}
          onChange={(value) => filter({ action: value ?? '' })}
          placeholder={texts.all}
          clearable
          searchable
        />
        {(['actor', 'user', 'clientId', 'address'] as const).map((name) => (
          <TextInput
            key={name}
            label={texts.auditFilter[name]}
            defaultValue={current[name]}
            onChange={(event) => type(name, event.currentTarget.value)}
            autoComplete="off"
          />
        ))}
      </Group>
      <Loaded query={query} height={480}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          return entries.length === 0 ? <Text>{texts.none}</Text> : <AuditTable entries={entries} />;
        }}
      </Loaded>
      <OlderButton query={query} label={texts.older} />
    </Stack>
  );
}

function Verification() {
  const [state, setState] = useState<AuditVerification | 'running'>();
  const verify = async () => {
    setState('running');
    setState(await call<AuditVerification>('POST', '/administration/audit/verify').catch(() => undefined));
  };
  return (
    <Group role="status">
      {typeof state === 'object' && (
        <Text size="sm" {...(!state.valid && { c: 'red' })}>
          {state.valid
            ? texts.auditHolds(state.entries)
            : state.faults.map(({ sequence, fault }) => texts.auditFault(sequence, fault)).join(' ')}
        </Text>
      )}
      <Button variant="default" loading={state === 'running'} onClick={verify}>
        {texts.verifyAudit}
      </Button>
    </Group>
  );
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  const [opened, setOpened] = useState<number>();
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.auditNumber}</Table.Th>
            <Table.Th>{texts.auditTime}</Table.Th>
            <Table.Th>{texts.auditWho}</Table.Th>
            <Table.Th>{texts.auditFrom}</Table.Th>
            <Table.Th>{texts.auditWhat}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry) => {
            const open = opened === entry.sequence;
            return (
              <Fragment key={entry.sequence}>
                <Table.Tr>
                  <Table.Th scope="row">{entry.sequence}</Table.Th>
                  <Table.Td>
                    <Time iso={entry.at} />
                  </Table.Td>
                  <Table.Td>{[entry.actor, entry.actorId].filter(Boolean).join(' ')}</Table.Td>
                  <Table.Td>{entry.address ?? texts.auditNowhere}</Table.Td>
                  <Table.Td>
                    <Button
                      variant="subtle"
                      size="compact-sm"
                      aria-expanded={open}
                      onClick={() => setOpened(open ? undefined : entry.sequence)}
                    >
                      {entry.action}
                    </Button>
                    <Badge color={entry.failed ? 'red' : 'green'} variant="light" ml="xs">
                      {entry.outcome}
                    </Badge>
                  </Table.Td>
                </Table.Tr>
                {open && (
                  <Table.Tr>
                    <Table.Td colSpan={5}>
                      <Code block tabIndex={0}>
                        {JSON.stringify(entry, null, 2)}
                      </Code>
                    </Table.Td>
                  </Table.Tr>
                )}
              </Fragment>
            );
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
