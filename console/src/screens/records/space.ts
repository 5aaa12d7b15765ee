import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { environments } from '../../../../server/src/config/data-centers.ts';
import type { CrmModule, Space } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';

export interface Place {
  readonly space: Space;
  readonly module: string;
  readonly recordId: string;
}

/** What the address says: environment, organization, module and record. */
export function usePlace(): Place {
  const params = useParams({ strict: false }) as Readonly<Record<string, string | undefined>>;
  const { environment: named, organizationId = '', module = '', recordId = '' } = params;
  const environment = environments.find((each) => each === named) ?? 'production';
  return useMemo(
    () => ({ space: { environment, organizationId }, module, recordId }),
    [environment, organizationId, module, recordId],
  );
}

/** The module of the address, once the list of modules is read. */
export function useModule({ space, module }: Place): CrmModule | undefined {
  return useQuery(crmQueries.modules(space)).data?.find(({ api_name }) => api_name === module);
}

/** Reads the records of a module again whenever one of them has changed, whoever did it. */
export function useLiveRecords({ space, module }: Place): void {
  const cache = useQueryClient();
  const { environment, organizationId } = space;
  useEffect(() => {
    const query = new URLSearchParams({ environment, organizationId, module });
    const source = new EventSource(`/api/records/stream?${query}`);
    let opened = false;
    const readAgain = () => {
      for (const part of ['records', 'record']) {
        cache.invalidateQueries({ queryKey: ['crm', { environment, organizationId }, module, part] });
      }
    };
    source.onmessage = readAgain;
    // What changed while the connection was lost is not told afterwards.
    source.onopen = () => {
      if (opened) readAgain();
      opened = true;
    };
    return () => source.close();
  }, [cache, environment, organizationId, module]);
}
