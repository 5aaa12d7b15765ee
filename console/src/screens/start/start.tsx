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

const refreshMs = 3_000;

/** The three ways to the first lead; steps tick themselves off while the page is open. */
export function Start() {
  const isOver = (data: StartSteps | undefined) => data?.ways.every(({ steps }) => steps.every(({ done }) => done));
  const query = useQuery({
    ...queries.start(),
    refetchInterval: ({ state }) => (isOver(state.data) ? false : refreshMs),
  });
  return (
    <Stack>
      <ScreenHeading title={texts.heading} intro={texts.intro} />
      <Loaded query={query} height={520}>
        {({ ways, sampleApps }) => (
          <Stack>
            <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
              {ways.map((way) => (
                <WayCard key={way.id} way={way} sampleApps={sampleApps} />
              ))}
            </SimpleGrid>
            {sampleApps.length > 1 && <SampleApps sampleApps={sampleApps} />}
          </Stack>
        )}
      </Loaded>
    </Stack>
  );
}

/** A link to each sample app that runs. */
function SampleApps({ sampleApps }: Pick<StartSteps, 'sampleApps'>) {
  return (
    <Card withBorder padding="lg" component="section" aria-label={texts.samples}>
      <Title order={2} size="h3">
        {texts.samples}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        {texts.samplesIntro}
      </Text>
      <Group gap="xs">
        {sampleApps.map(({ type, title, origin }) => (
          <Button key={type} component="a" href={origin} target="_blank" rel="noreferrer" variant="default">
            {texts.sample(title, type)}
          </Button>
        ))}
      </Group>
    </Card>
  );
}

function WayCard({ way, sampleApps }: { readonly way: Way } & Pick<StartSteps, 'sampleApps'>) {
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
          <WayLinks id={way.id} sampleApps={sampleApps} />
        </Group>
      </Stack>
    </Card>
  );
}

function WayLinks({ id, sampleApps }: Pick<Way, 'id'> & Pick<StartSteps, 'sampleApps'>) {
  const sampleApp = sampleApps.find(({ type }) => type === 'browser');
  const records = (
    <ButtonLink to="/records" variant="default">
      {texts.toRecords}
    </ButtonLink>
  );
  if (id === 'sample-app') {
    return (
      <>
        {sampleApp === undefined ? (
          <Text size="sm">{texts.noSample}</Text>
        ) : (
          <Button component="a" href={sampleApp.origin} target="_blank" rel="noreferrer">
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
