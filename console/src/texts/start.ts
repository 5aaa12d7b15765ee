import type { StartSteps } from '../../../server/src/console/wire.ts';

type Way = StartSteps['ways'][number];
type StepTexts = Readonly<
  Partial<Record<Way['steps'][number]['id'], { readonly label: string; readonly text: string }>>
>;

interface WayTexts {
  readonly heading: string;
  readonly text: string;
  readonly steps: StepTexts;
}

const lead = { label: 'A lead is added', text: 'Add a lead through the API; it shows up in Records by itself.' };

/** The three ways to the first lead, step by step. */
export const wayTexts: Readonly<Record<Way['id'], WayTexts>> = {
  'sample-app': {
    heading: 'Try the sample app',
    text: 'A ready page that signs you in and works on your leads. Nothing to build.',
    steps: {
      client: {
        label: 'The sample app is registered',
        text: 'It is a client-based app, like one of your own would be.',
      },
      token: { label: 'You gave it access', text: 'Open the sample app, sign in and accept.' },
      lead,
    },
  },
  'self-client': {
    heading: 'Self client and curl',
    text: 'For a job of your own: a code from this console and three lines in a shell.',
    steps: {
      client: { label: 'You have a self client', text: 'Choose Self Client and confirm; it has no fields.' },
      code: { label: 'You made a code', text: 'On Generate Code, choose the scope ZohoCRM.modules.ALL.' },
      token: {
        label: 'The code was exchanged',
        text: 'Paste the line with curl into a shell, or exchange it in place.',
      },
      lead,
    },
  },
  server: {
    heading: 'Your own web server',
    text: 'For an app whose users sign in in the browser while the server keeps the tokens.',
    steps: {
      client: {
        label: 'You registered a server-based app',
        text: 'Give it a name and the redirect URI of your server.',
      },
      code: { label: 'A user gave it access', text: 'Open the authorization URL of its snippets in a browser.' },
      token: {
        label: 'The code was exchanged',
        text: 'Your server sends the code and its secret to the token endpoint.',
      },
      lead,
    },
  },
};

export const startTexts = {
  heading: 'Start here',
  intro: 'Three ways to the first lead. A step is ticked off when the platform has seen it happen.',
  done: 'Done',
  open: 'Still to do',
  progress: (done: number, count: number) => `${done} of ${count} steps done`,
  openSample: 'Open the sample app',
  noSample: 'This platform does not serve the sample app.',
  samples: 'Sample apps',
  samplesIntro: 'One for each type of application, with a client of the demo. Their code is in the folder examples.',
  sample: (title: string, type: string) => `${title} (${type})`,
  createSelf: 'Create the self client',
  createServer: 'Register a server-based app',
  toApplications: 'Go to Applications',
  toScopes: 'Find the scopes',
  toRecords: 'See your records',
  curl: 'Add a lead with curl',
};
