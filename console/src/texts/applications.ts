import type { Client } from '../../../server/src/console/wire.ts';

type ClientType = Client['type'];

/** What people read about each type of client, in the order of the cards. */
export const clientTypeTexts: Readonly<
  Record<
    ClientType,
    { readonly heading: string; readonly alias: string; readonly when: string; readonly short: string }
  >
> = {
  browser: {
    heading: 'Client-based Applications',
    alias: 'Java Script',
    short: 'Client-based',
    when: 'Your app runs in the browser only, without a server of its own, and calls the API from its pages.',
  },
  server: {
    heading: 'Server-based Applications',
    alias: 'Web based',
    short: 'Server-based',
    when: 'Your app has a web server. Users sign in in the browser; the server keeps the tokens and calls the API.',
  },
  mobile: {
    heading: 'Mobile-based Applications',
    alias: 'Phones and desktops',
    short: 'Mobile-based',
    when: 'Your app is installed on a phone or a computer and opens a browser for the sign-in.',
  },
  device: {
    heading: 'Non-browser Applications',
    alias: 'TVs and devices',
    short: 'Non-browser',
    when: 'Your device has no browser or no keyboard. Users type a short code on another device.',
  },
  self: {
    heading: 'Self Client',
    alias: 'Your own jobs',
    short: 'Self Client',
    when: 'A job of your own works on your own data, without a page and without another user.',
  },
};

export const clientTypeOrder: readonly ClientType[] = ['browser', 'server', 'mobile', 'device', 'self'];

export const applicationsTexts = {
  heading: 'Applications',
  intro: 'The apps that you have registered, and through which users give access to their data.',
  add: 'Add client',
  search: 'Search applications',
  empty: 'You have no application yet',
  emptyText: 'Choose the type that fits how your app is built.',
  none: 'No application has this in its name or client ID.',
  name: 'Name',
  type: 'Type',
  dataCenters: 'Data centres',
  usedToday: 'Used today',
  created: 'Created',
  clientId: 'Client ID',
  pages: 'Pages of applications',

  chooseHeading: 'Choose a client type',
  chooseIntro: 'The type says how your app gets its tokens. It cannot be changed later.',
  createNow: 'Create now',
  whichOne: 'Which one do I need?',
  whichQuestions: {
    own: 'Does the app work on your own data only, without other users?',
    keyboard: 'Does it run on a device without a browser or keyboard?',
    installed: 'Is it installed on a phone or computer?',
    server: 'Does it have a web server that can keep a secret?',
  },
  yes: 'Yes',
  no: 'No',
  answer: (heading: string) => `You need: ${heading}`,
  startAgain: 'Start again',

  newHeading: (heading: string) => `New client: ${heading}`,
  fields: {
    name: 'Client name',
    homepageUrl: 'Homepage URL',
    redirectUris: 'Authorized redirect URIs',
    javascriptDomains: 'JavaScript domains',
  },
  hints: {
    name: 'Users see it when they are asked for access. Letters, digits, blanks, "_" and "&".',
    homepageUrl: 'Where users find your app, like https://www.example.com',
    redirectUris: 'Where users come back to after they have given access. It is compared letter by letter.',
    javascriptDomains: 'The origins of your pages that call the API, like https://www.example.com',
  },
  addRedirectUri: 'Add another redirect URI',
  addJavascriptDomain: 'Add another JavaScript domain',
  remove: (value: string) => `Remove ${value || 'this line'}`,
  numbered: (label: string, number: number) => (number === 1 ? label : `${label} (${number})`),
  create: 'Create',
  cancel: 'Cancel',
  testUri: 'Would this URI match?',
  testOrigin: 'Would this origin pass?',
  matches: 'Yes, it matches.',
  passes: 'Yes, it passes.',
  differs: (position: number, expected: string, came: string, closest: string) =>
    `No. It differs at character ${position}: expected "${expected}", got "${came}", compared with ${closest}`,
  originRefused: (origin: string) => `No. ${origin} is not in the list.`,
  noOrigin: 'No. An origin is scheme, host and port, like https://www.example.com',
  nothingRegistered: 'No. Nothing is registered yet.',
  end: 'the end',

  selfHeading: 'Create the self client',
  selfText: 'There is one self client for your account in this data centre. It needs no further details.',
  ok: 'OK',
};
