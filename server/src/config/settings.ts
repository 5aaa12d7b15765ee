import { type Static, Type } from 'typebox';
import { basePorts, defaultDataCenterIds } from './data-centers.ts';
import { compatibility } from './settings/compatibility.ts';
import { declaredDataCenter, declaredService } from './settings/declarations.ts';
import { lifetimes } from './settings/lifetimes.ts';
import { limits } from './settings/limits.ts';
import { database, inspector, mail, outgoingCalls, shutdown } from './settings/operation.ts';
import { audit, keyVault, passwords, standards } from './settings/security.ts';
import { closed, organizations } from './settings/setting-types.ts';

/**
 * Every setting: its default, its bounds and its documentation. The config file is checked against this schema;
 * unknown keys are refused. Units end names.
 */
export const settingsSchema = Type.Object(
  {
    dataCenters: Type.Array(Type.Union([Type.String(), declaredDataCenter]), {
      minItems: 1,
      default: [...defaultDataCenterIds],
      description: 'Ids of known data centres, or declarations of your own.',
    }),
    basePort: Type.Integer({ ...basePorts, default: 8000, description: 'First port of the platform.' }),
    listenHost: Type.String({ default: '127.0.0.1', description: 'Address that the public listeners bind.' }),
    trustProxy: Type.Boolean({ default: false, description: 'Believe X-Forwarded-For of the direct peer.' }),
    production: Type.Boolean({
      default: false,
      description: 'This platform serves real users: it never starts with the lab (--lab).',
    }),
    directoryUrl: Type.Optional(
      Type.String({ writeOnly: true, description: 'A PostgreSQL of your own for the directory.' }),
    ),
    logLevel: Type.Union(
      [
        Type.Literal('silent'),
        Type.Literal('error'),
        Type.Literal('warn'),
        Type.Literal('info'),
        Type.Literal('debug'),
      ],
      { default: 'info', description: 'What is logged on standard error.' },
    ),
    recordEvents: Type.Union([Type.Literal('all'), Type.Literal('failures'), Type.Literal('none')], {
      default: 'all',
      description: 'Which protocol events are recorded.',
    }),
    inspector,
    signUp: Type.Union([Type.Boolean(), Type.Array(Type.String())], {
      default: false,
      description:
        'Let people sign up by themselves: at every data centre (true), at none, or at those with these ids.',
    }),
    audit,
    keyVault,
    mail,
    services: Type.Array(declaredService, {
      default: [],
      description: 'Services of your own: their scopes can be asked for, and their API checks tokens by introspection.',
    }),
    lifetimes,
    privateRecords: organizations(
      "Users see and change their own records and those of the roles below theirs; administrators and the top role see everybody's.",
    ),
    limits,
    passwords,
    database,
    tracing: Type.Boolean({
      default: false,
      description:
        'Trace requests by OpenTelemetry (`--otel`), to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names.',
    }),
    metricsPort: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 65_535,
        description:
          'Port, at the address listenHost, of /metrics, /healthz and /readyz for programs without the admin token. Without it, /metrics is only on the admin API.',
      }),
    ),
    shutdown,
    outgoingCalls,
    compatibility,
    standards,
  },
  closed,
);

export type Settings = Static<typeof settingsSchema>;

/** Whether a switch that may name organizations is on for this one. */
export function isOnFor(option: boolean | readonly string[], organizationId: string | null): boolean {
  return typeof option === 'boolean' ? option : organizationId !== null && option.includes(organizationId);
}
