import type { FastifyInstance } from 'fastify';
import type { DataCenter } from '../config/data-centers.ts';
import type { Settings } from '../config/settings.ts';
import type { Random } from '../foundation/random.ts';
import { createApp } from '../http/app.ts';
import type { Log } from '../http/log.ts';
import { type PlainPage, sendPlainPage } from '../http/plain-page.ts';

/** What the owner of a client does here: by command for now. */
const commands = [
  { command: 'npx grantway client create --help', does: 'registers a client' },
  { command: 'npx grantway client list', does: 'lists the clients; "client show" shows one' },
  {
    command: 'npx grantway client update --client-id … --redirect-uri … --enable-dc …',
    does: 'changes redirect URIs, JavaScript domains, or the data centres that a client is enabled in',
  },
  { command: 'npx grantway client rotate-secret --client-id …', does: 'makes a new secret' },
  { command: 'npx grantway self-client code --help', does: 'makes a code for a self client' },
];

export interface ConsoleOptions {
  readonly dataCenter: DataCenter;
  readonly settings: Pick<Settings, 'trustProxy'>;
  readonly random: Random;
  readonly log: Log;
}

/** The origin of the API console of one data centre. So far it has one page, which says how its work is done without it. */
export function createConsoleApp({ dataCenter, settings, random, log }: ConsoleOptions): FastifyInstance {
  const { accounts, api, console: own } = dataCenter.origins;
  const links = [
    { href: `${accounts}/`, text: 'Your account in this data centre' },
    { href: `${api}/`, text: 'The CRM API of this data centre' },
  ];
  const page = (heading: string, ...paragraphs: string[]): PlainPage => ({
    heading,
    place: dataCenter.id,
    paragraphs,
    links,
  });
  const app = createApp({
    random,
    log,
    trustProxy: settings.trustProxy,
    bodyLimitBytes: 1024,
    secure: own.startsWith('https:'),
    dialect: {
      malformed: { error: 'the request is not HTTP' },
      notFound: (_request, reply) =>
        sendPlainPage(reply, page('Page not found', 'There is no page at this address.'), 404),
      unreadable: (_request, reply, status) =>
        sendPlainPage(reply, page('The request cannot be read', 'Open the address again.'), status),
      unavailable: (_request, reply) =>
        sendPlainPage(reply, page('Not available for the moment', 'Open the address again in a moment.'), 503),
      failed: (_request, reply) =>
        sendPlainPage(reply, page('Something went wrong', 'It is our own fault; the log has the cause.'), 500),
    },
  });
  const home = page(
    'API console',
    'Here the owners of clients will register and change them in the browser. This page is not built yet.',
    'Until then the command line does all of it, on the machine that the platform runs on:',
  );
  app.get('/', (_request, reply) => sendPlainPage(reply, { ...home, commands }));
  return app;
}
