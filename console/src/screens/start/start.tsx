import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { StartSteps } from '../../../../server/src/console/wire.ts';
import { queries } from '../../api/queries.ts';
import { useSession } from '../../app/session.tsx';
import { CopyBlock } from '../../parts/copy-field.tsx';
import { ButtonLink } from '../../parts/links.tsx';
import { Loaded } from '../../parts/loaded.tsx';
import { ScreenHeading } from '../../parts/screen.tsx';
import { startTexts as texts, wayTexts } from '../../texts/start.ts';
import { StepList } from './step-list.tsx';

type Way = StartSteps['ways'][number];

/** The three ways to the first lead; steps tick themselves off while the page is open. */
export function Start() {
  const query = useQuery({ ...queries.start(), refetchInterval: 3000 });
  return (
    <Stack>
      <ScreenHeading title={texts.heading} intro={texts.intro} />
      <Loaded query={query} height={520}>
        {({ ways, sampleApp }) => (
          <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
            {ways.map((way) => (
              <WayCard key={way.id} way={way} sampleApp={sampleApp} />
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Stack>
  );
}

function WayCard({ way, sampleApp }: { readonly way: Way } & Pick<StartSteps, 'sampleApp'>) {
  const { heading, text } = wayTexts[way.id];
  const done = way.steps.filter((step) => step.done).length;
  return (
    <Card withBorder padding="lg" component="section" aria-label={heading}>
      <Stack h="100%">
        <div>
          <Title order={2} size="h3">
            {heading}
          </Title>
          <Text size="sm" c="dimmed">
            {text}
          </Text>
        </div>
        <StepList way={way} />
        <Text size="sm" role="status">
          {texts.progress(done, way.steps.length)}
        </Text>
        {way.id === 'self-client' && <InsertWithCurl />}
        <Group mt="auto" gap="xs">
          <WayLinks id={way.id} sampleApp={sampleApp} />
        </Group>
      </Stack>
    </Card>
  );
}

function WayLinks({ id, sampleApp }: Pick<Way, 'id'> & Pick<StartSteps, 'sampleApp'>) {
  const records = (
    <ButtonLink to="/records" variant="default">
      {texts.toRecords}
    </ButtonLink>
  );
  if (id === 'sample-app') {
    return (
      <>
        {sampleApp === null ? (
          <Text size="sm">{texts.noSample}</Text>
        ) : (
          <Button component="a" href={sampleApp} target="_blank" rel="noreferrer">
            {texts.openSample}
          </Button>
        )}
        {records}
      </>
    );
  }
  return (
    <>
      <ButtonLink to="/applications/new/$type" params={{ type: id === 'server' ? 'server' : 'self' }}>
        {id === 'server' ? texts.createServer : texts.createSelf}
      </ButtonLink>
      <ButtonLink to="/applications" variant="default">
        {texts.toApplications}
      </ButtonLink>
      <ButtonLink to="/scopes" variant="default">
        {texts.toScopes}
      </ButtonLink>
      {records}
    </>
  );
}

function InsertWithCurl() {
  const { dataCenter } = useSession();
  const lines = [
    `curl -X POST ${dataCenter.api}/crm/v8/Leads \\`,
    "  -H 'Authorization: Zoho-oauthtoken ACCESS_TOKEN' \\",
    '  -d \'{"data":[{"Last_Name":"Lovelace","Company":"Analytical Engines"}]}\'',
  ];
  return <CopyBlock label={texts.curl} value={lines.join('\n')} />;
}
