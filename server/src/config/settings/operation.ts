import { Type } from 'typebox';
import { closed, count, duration } from './setting-types.ts';

/** What is kept of what happened, for developers. */
export const inspector = Type.Object(
  {
    maxEvents: count(200_000, 'Events that are kept, per data centre; the oldest go first.'),
    maxMegabytes: count(256, 'Megabytes of events that are kept, per data centre; the oldest go first.'),
    keptDays: Type.Integer({ minimum: 1, maximum: 3650, default: 30, description: 'Days that events are kept.' }),
    stepsPerMinute: count(
      1_200,
      'Refreshes, CRM calls and other requests that went well, recorded one by one in a minute; others are counted. Per data centre and process.',
    ),
  },
  { ...closed, default: {} },
);

/** How mails are delivered. */
export const mail = Type.Object(
  {
    smtpUrl: Type.Optional(
      Type.String({
        pattern: '^smtps?://[^\\s]+$',
        expected: 'an address like smtp://mail.example.com:587',
        writeOnly: true,
        description:
          'Mail server that delivers what the platform sends: smtp[s]://user:password@host:port. Without it mails stay in the outbox. GRANTWAY_SMTP_URL goes before it.',
      }),
    ),
    from: Type.String({
      pattern: '^[^\\s<>@]+@[^\\s<>@]+$',
      expected: 'an e-mail address',
      default: 'grantway@localhost',
      description: 'E-mail address that mails come from.',
    }),
    keptDays: Type.Integer({
      minimum: 1,
      maximum: 3650,
      default: 30,
      description:
        'Days that mails stay in the outbox, from when they are to be sent; those that belong to a record of the CRM stay with it.',
    }),
    newBrowsers: Type.Boolean({
      default: true,
      description: 'Whether users who are signed in elsewhere are told by mail of a sign-in in another browser.',
    }),
  },
  { ...closed, default: {} },
);

const connections = (defaultCount: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 1_000, default: defaultCount, description });

/** Connections to each database, and how long anything may take there. */
export const database = Type.Object(
  {
    durable: Type.Boolean({
      default: true,
      description:
        'The embedded PostgreSQL keeps what was acknowledged through a loss of power. For tests, which throw it away, false is faster; "production" refuses that.',
    }),
    maxConnections: connections(10, 'Connections to each database for requests, per process.'),
    maxWaiting: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 500,
      description:
        'Most statements and transactions of requests that wait for a connection, per database and process; what comes then is answered 503 at once.',
    }),
    connectTimeoutSeconds: duration(5, 'Longest wait for a connection, new or of the pool.'),
    statementTimeoutSeconds: duration(10, 'Longest time of a statement of a request.'),
    lockTimeoutSeconds: duration(5, 'Longest wait of a statement of a request for a lock.'),
    idleInTransactionTimeoutSeconds: duration(60, 'Longest pause within a transaction.'),
    backgroundMaxConnections: connections(
      10,
      "Connections to each data centre's database for jobs and sweeps, per process.",
    ),
    backgroundStatementTimeoutSeconds: duration(
      600,
      'Longest time of a statement of theirs, waiting for locks included.',
    ),
    directoryGraceSeconds: duration(
      3600,
      'Longest time that known clients are served from memory while the database of the directory is away.',
    ),
  },
  { ...closed, default: {} },
);

/** How a process ends. */
export const shutdown = Type.Object(
  {
    drainSeconds: Type.Integer({
      minimum: 0,
      maximum: 300,
      default: 0,
      description:
        'Time between saying "not ready" (/readyz answers 503) and taking no more connections: as long as a load balancer needs to notice.',
    }),
    graceSeconds: duration(5, 'Longest time that answers under way may take when the process ends.'),
  },
  { ...closed, default: {} },
);

const network = Type.String({
  pattern: '^[0-9A-Fa-f.:]+/[0-9]{1,3}$',
  expected: 'a network like 10.20.0.0/16',
});

/** Where the platform may call to. */
export const outgoingCalls = Type.Object(
  {
    allowLoopback: Type.Boolean({
      default: true,
      description:
        'Let CRM notifications, callbacks of jobs, logout tokens and client metadata documents call loopback addresses, where receivers of a local twin listen. Without effect when an origin of the platform itself is elsewhere; ports of databases and of the admin API are never called.',
    }),
    allowedNetworks: Type.Array(network, {
      default: [],
      description:
        'Networks, like "10.20.0.0/16", that CRM notifications, callbacks of jobs, logout tokens and client metadata documents may call although they are private or otherwise special.',
    }),
  },
  { ...closed, default: {} },
);
