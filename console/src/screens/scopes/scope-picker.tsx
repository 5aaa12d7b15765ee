import { Checkbox, Collapse, Group, ScrollArea, Stack, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import type { ScopeList } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { IconChevronDown, IconChevronRight } from '../../parts/icons.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { clientTexts as texts } from '../../texts/client.ts';

type Scope = ScopeList['scopes'][number];

/** Found at the same time at most; who wants others types more. */
const maxShown = 60;

/** The scopes of a list as people write it: separated by commas or blanks. */
export function scopesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((each) => each !== '');
}

/** Chooses scopes from the catalogue into a text, which can be typed just as well. */
export function ScopePicker({
  value,
  onChange,
  initiallyOpen = false,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly initiallyOpen?: boolean;
}) {
  const [opened, { toggle }] = useDisclosure(initiallyOpen);
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened}>
        <Group gap={4}>
          {opened ? <IconChevronDown size={16} aria-hidden /> : <IconChevronRight size={16} aria-hidden />}
          <Text size="sm" c="var(--mantine-color-anchor)">
            {texts.scopePicker}
          </Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>{opened && <Picker value={value} onChange={onChange} />}</Collapse>
    </div>
  );
}

function Picker({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const query = useQuery(queries.scopes());
  const [search, setSearch] = useState('');
  const chosen = scopesIn(value);
  const held = new Set(chosen.map((each) => each.toLowerCase()));
  const flip = (name: string) => {
    const next = held.has(name.toLowerCase())
      ? chosen.filter((each) => each.toLowerCase() !== name.toLowerCase())
      : [...chosen, name];
    onChange(next.join(','));
  };
  return (
    <Stack gap="xs" pt="xs">
      <TextInput
        label={texts.searchScopes}
        size="xs"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        autoComplete="off"
      />
      <Loaded query={query} height={260}>
        {({ scopes }) => <Found scopes={scopes} search={search} held={held} flip={flip} />}
      </Loaded>
    </Stack>
  );
}

function Found({
  scopes,
  search,
  held,
  flip,
}: {
  readonly scopes: readonly Scope[];
  readonly search: string;
  readonly held: ReadonlySet<string>;
  readonly flip: (name: string) => void;
}) {
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/);
    return scopes.filter(({ name, sentence }) => {
      const text = `${name} ${sentence}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
  }, [scopes, search]);
  const byService = Map.groupBy(found.slice(0, maxShown), ({ service }) => service);
  return (
    <ScrollArea h={260} type="auto" viewportProps={{ tabIndex: 0 }}>
      {[...byService].map(([service, theirs]) => (
        <Stack key={service} gap={4} mb="xs" component="fieldset" style={{ border: 'none', padding: 0, margin: 0 }}>
          <Text component="legend" size="xs" fw={600} c="dimmed">
            {service}
          </Text>
          {theirs.map(({ name, sentence, operations }) => (
            <Checkbox
              key={name}
              size="xs"
              checked={held.has(name.toLowerCase())}
              onChange={() => flip(name)}
              label={name}
              description={operations.length > 0 ? `${sentence}; ${texts.opens(operations.length)}` : sentence}
            />
          ))}
        </Stack>
      ))}
    </ScrollArea>
  );
}
