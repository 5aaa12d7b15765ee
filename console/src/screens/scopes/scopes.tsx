import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { ScopeList } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { scopesTexts as texts } from '../../texts/scopes.ts';
import { Catalogue } from './catalogue.tsx';
import { FromCalls } from './from-calls.tsx';
import { FromScopes } from './from-scopes.tsx';
import { catalogueOf } from './smallest-scopes.ts';

/** The whole catalogue of scopes, from calls to scopes, and from scopes to calls. */
export function Scopes() {
  const query = useQuery(queries.scopes());
  return (
    <Stack gap="xl">
      <ScreenHeading title={texts.heading} intro={texts.intro} />
      <Loaded query={query} height={1200}>
        {(list) => <Parts list={list} />}
      </Loaded>
    </Stack>
  );
}

function Parts({ list }: { readonly list: ScopeList }) {
  const catalogue = useMemo(() => catalogueOf(list), [list]);
  return (
    <>
      <Catalogue list={list} />
      <FromCalls catalogue={catalogue} operations={list.operations} />
      <FromScopes catalogue={catalogue} operations={list.operations} />
    </>
  );
}
