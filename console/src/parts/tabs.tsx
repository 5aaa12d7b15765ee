import { Tabs } from '@mantine/core';
import { type LazyExoticComponent, Suspense } from 'react';

export interface ScreenTab {
  readonly id: string;
  readonly label: string;
  /** Loaded when the tab is opened. */
  readonly Content: LazyExoticComponent<() => React.ReactNode>;
}

/** The tabs of a screen, each with an address of its own. */
export function ScreenTabs({
  tabs,
  current,
  label,
  open,
}: {
  readonly tabs: readonly ScreenTab[];
  /** Of the address; another one than those of the list means the first. */
  readonly current: string | undefined;
  readonly label: string;
  readonly open: (id: string) => void;
}) {
  return (
    <Tabs value={currentTab(tabs, current)?.id ?? null} onChange={(id) => open(id ?? '')} keepMounted={false}>
      <Tabs.List aria-label={label}>
        {tabs.map(({ id, label: name }) => (
          <Tabs.Tab key={id} value={id}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ id, Content }) => (
        <Tabs.Panel key={id} value={id} pt="md">
          <Suspense fallback={<div style={{ minHeight: 300 }} />}>
            <Content />
          </Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

/** The tab that the address names, or the first one. */
export function currentTab(tabs: readonly ScreenTab[], named: string | undefined): ScreenTab | undefined {
  return tabs.find(({ id }) => id === named) ?? tabs[0];
}
