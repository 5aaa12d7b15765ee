import { Card, SegmentedControl, Select, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { OrganizationList } from '../../../../server/src/console/wire.ts';
import type { Space } from '../../api/crm.ts';
import { crmQueries } from '../../api/crm-queries.ts';
import { queries } from '../../api/queries.ts';
import { TextLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { clientTexts } from '../../texts/client.ts';
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
  const { organizationId } = organization;
  return (
    <>
      {organizations.length > 1 && (
        <Select
          label={texts.organization}
          data={organizations.map((each) => ({
            value: each.organizationId,
            label: `${each.name} (${each.organizationId})`,
          }))}
          value={organizationId}
          onChange={(value) => value && navigate({ search: { ...search, organizationId: value }, replace: true })}
          allowDeselect={false}
          maw={420}
        />
      )}
      <div>
        <Text size="sm" fw={500} id="environment-label">
          {texts.environment}
        </Text>
        <SegmentedControl
          value={environment}
          onChange={(value) => navigate({ search: { ...search, environment: value }, replace: true })}
          data={organization.environments.map((value) => ({ value, label: clientTexts.environments[value] }))}
          aria-labelledby="environment-label"
        />
      </div>
      <Title order={2}>{texts.modules}</Title>
      <ModuleList space={{ environment, organizationId }} />
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
