import { Card, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { OrganizationList } from '../../../../server/src/console/wire.ts';
import type { Space } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { queries } from '../../api/queries.ts';
import { TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { SpaceChoice } from '../../parts/space-choice.tsx';
import { recordsTexts as texts } from '../../texts/records.ts';

const route = getRouteApi('/records');

/** The modules of the user's organization, per environment; both choices are in the address. */
export function Modules() {
  const query = useQuery(queries.organizations());
  return (
    <Stack>
      <ScreenHeading title={texts.heading} intro={texts.intro} />
      <Loaded query={query} height={480}>
        {({ organizations }) =>
          organizations.length === 0 ? <Text>{texts.noOrganization}</Text> : <Chosen organizations={organizations} />
        }
      </Loaded>
    </Stack>
  );
}

function Chosen({ organizations }: OrganizationList) {
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/records' });
  const organization =
    organizations.find(({ organizationId }) => organizationId === search.organizationId) ?? organizations[0];
  const environment =
    organization?.environments.find((each) => each === search.environment) ?? organization?.environments[0];
  if (!organization || !environment) return <Text>{texts.noOrganization}</Text>;
  const space = { organizationId: organization.organizationId, environment };
  return (
    <>
      <SpaceChoice
        organizations={organizations}
        value={space}
        onChange={(chosen) => navigate({ search: { ...search, ...chosen }, replace: true })}
      />
      <Title order={2}>{texts.modules}</Title>
      <ModuleList space={space} />
    </>
  );
}

function ModuleList({ space }: { readonly space: Space }) {
  const query = useQuery(crmQueries.modules(space));
  return (
    <Loaded query={query} height={320}>
      {(modules) => {
        if (modules.length === 0) return <Text>{texts.noModules}</Text>;
        return (
          <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
            {modules.map(({ api_name, plural_label }) => (
              <Card key={api_name} withBorder padding="sm">
                <TextLink
                  to="/records/$environment/$organizationId/$module"
                  params={{ ...space, module: api_name }}
                  fw={600}
                  style={{ overflowWrap: 'anywhere' }}
                >
                  {plural_label}
                </TextLink>
              </Card>
            ))}
          </SimpleGrid>
        );
      }}
    </Loaded>
  );
}
