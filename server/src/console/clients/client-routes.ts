import { isDeepStrictEqual } from 'node:util';
import { changeClient, deleteClient, registerClient } from '../../admin/clients.ts';
import { settingSchema } from '../../config/describe-settings.ts';
import type { Client } from '../../oauth/client.ts';
import { clientSettings } from '../../oauth/client-overrides.ts';
import {
  type FieldFault,
  type ValidationOptions,
  validateClient,
  validateKeys,
  validateLogout,
} from '../../oauth/client-validation.ts';
import { demandConfirmation } from '../confirmation.ts';
import type { ConsoleContext } from '../context.ts';
import { badInput, ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute, pageQuery, perPage, readPage } from '../route.ts';
import * as wire from '../wire.ts';
import { describeClient, describeClients } from './describe-clients.ts';
import { findOwn, ownerOf } from './own-clients.ts';

/** The rules of registration, with the field that breaks one. */
function checkFields(context: ConsoleContext, client: wire.NewClient, changed: (field: string) => boolean): void {
  refuse(validateClient(client.type, client, validationOf(context)).find(({ field }) => changed(field)));
}

function validationOf({ settings: { compatibility, limits } }: ConsoleContext): ValidationOptions {
  const { plainHttpRedirects: plainHttp, undottedSchemes } = compatibility;
  return { limits, plainHttp, undottedSchemes };
}

/** @throws ConsoleFailure 400 about the field, where there is a fault. */
function refuse(fault: FieldFault<string> | undefined): void {
  if (!fault) return;
  throw new ConsoleFailure(400, 'INVALID_CLIENT_FIELD', `${fault.message}: ${fault.reason}`, {
    field: fault.field,
    value: fault.value,
  });
}

/** Whether a change lets tokens or users go elsewhere or replaces secrets: what whoever finds an open console is after. */
function changesAccess(client: Client, change: wire.ClientChange): boolean {
  const { backchannelLogoutUri = client.backchannelLogoutUri, sameSecret } = change;
  const lists = ['redirectUris', 'javascriptDomains', 'postLogoutRedirectUris'] as const;
  return (
    lists.some((name) => !isDeepStrictEqual([...(change[name] ?? client[name])], [...client[name]])) ||
    (backchannelLogoutUri || null) !== client.backchannelLogoutUri ||
    (change.jwks !== undefined && !isDeepStrictEqual(change.jwks, client.jwks)) ||
    (change.jwksUri !== undefined && (change.jwksUri || null) !== client.jwksUri) ||
    (sameSecret !== undefined && sameSecret !== client.sameSecret)
  );
}

/** The clients of the signed-in user; operators see all. Another user's client does not exist for anybody else. */
export const clientRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients',
    summary: 'Applications, newest first',
    query: { ...pageQuery, search: 'A part of the name, or a client id' },
    answer: wire.clientList,
    handle: async (call) => {
      const { page, ...place } = readPage(call.query);
      const search = call.query.get('search') ?? '';
      const owner = call.session.operator ? {} : { owner: ownerOf(call) };
      const { clients, total } = await call.context.clients.page({ ...owner, ...place, search });
      return { clients: await describeClients(call.context, clients), page, perPage, total };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/clients',
    summary: 'Registers an application; a self client that exists already comes back',
    body: wire.newClient,
    answer: wire.client,
    status: 201,
    alsoStatus: { 200: 'The self client that exists already.' },
    handle: async (call) => {
      const { context, session, body, reply } = call;
      const selfClient = async () => {
        const [existing] = (await context.clients.idsByType(ownerOf(call))).get('self') ?? [];
        return existing === undefined ? undefined : reply.code(200).send(await describeClient(context, existing));
      };
      if (body.type === 'self') {
        const existing = await selfClient();
        if (existing) return existing;
      } else {
        checkFields(context, body, () => true);
      }
      const made = await registerClient(call.admin, {
        ...body,
        dataCenter: context.dataCenter.id,
        owner: session.email,
        enabledDataCenters: [],
        sameSecret: false,
      }).catch(async (error: unknown) => {
        // Made by another call meanwhile: two tabs, or a double click.
        const existing = body.type === 'self' ? await selfClient() : undefined;
        if (existing) return existing;
        throw error;
      });
      return 'client_id' in made ? describeClient(context, made.client_id) : made;
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/clients/:id',
    summary: 'One application',
    answer: wire.client,
    handle: async (call) => describeClient(call.context, (await findOwn(call)).clientId),
  }),
  defineRoute({
    method: 'PATCH',
    path: '/clients/:id',
    summary:
      'Changes an application; other addresses of it and one secret for all need the password, as showing a secret does',
    body: wire.clientChange,
    answer: wire.client,
    handle: async (call) => {
      const { context } = call;
      const client = await findOwn(call);
      const { accessTokenFormat, backchannelLogoutUri, postLogoutRedirectUris, profile, ...others } = call.body;
      const { jwks, jwksUri, dpopBound, ...rest } = others;
      const { password, settings, showSecretOnce, ...fields } = rest;
      const standards = {
        ...(profile !== undefined && { profile }),
        ...(accessTokenFormat !== undefined && { accessTokenFormat }),
        ...(jwks !== undefined && { jwks }),
        ...(jwksUri !== undefined && { jwksUri: jwksUri || null }),
        ...(dpopBound !== undefined && { dpopBound }),
        ...(postLogoutRedirectUris !== undefined && { postLogoutRedirectUris }),
        ...(backchannelLogoutUri !== undefined && { backchannelLogoutUri: backchannelLogoutUri || null }),
      };
      const { type, name, homepageUrl } = client;
      const known = { type, name, homepageUrl, redirectUris: [...client.redirectUris] };
      const before = { ...known, javascriptDomains: [...client.javascriptDomains] };
      checkFields(context, { ...before, ...fields }, (field) => Object.hasOwn(fields, field));
      refuse(validateKeys(standards)[0]);
      refuse(validateLogout(standards, validationOf(context))[0]);
      if (changesAccess(client, call.body)) await demandConfirmation(call, password);
      await changeClient(call.admin, client.clientId, {
        ...fields,
        ...(Object.keys(standards).length > 0 && { standards }),
        ...(showSecretOnce !== undefined && { secretsShownOnce: showSecretOnce }),
        ...(settings && { overrides: settings }),
      });
      return describeClient(context, client.clientId);
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/clients/:id',
    summary: 'Deletes an application, whose name must be typed, after the password; its tokens end',
    body: wire.clientDeletion,
    handle: async (call) => {
      const client = await findOwn(call);
      if (call.body.name !== client.name) throw badInput(`Expected the application's name, "${client.name}".`, 'name');
      await demandConfirmation(call, call.body.password);
      await deleteClient(call.admin, client.clientId);
    },
  }),
  defineRoute({
    method: 'PUT',
    path: '/clients/:id/data-centers/:dc',
    summary: 'Switches a data centre on or off for an application',
    body: wire.dataCenterSwitch,
    answer: wire.client,
    handle: async (call) => {
      const { context, params, body } = call;
      const client = await findOwn(call);
      const home = context.topology.find(client.dataCenter) ?? context.dataCenter;
      const id = context.topology.realmOf(home).find((each) => each.id === params.dc)?.id;
      if (!id) throw notFound('data centre');
      await changeClient(call.admin, client.clientId, { [body.enabled ? 'enable' : 'disable']: [id] });
      return describeClient(context, client.clientId);
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/client-settings',
    summary: 'The settings that an application may have of its own',
    answer: wire.clientSettingList,
    handle: async ({ context }) => ({
      settings: Object.entries(clientSettings).map(([name, kind]) => {
        const [group = '', key = ''] = name.split('.');
        const schema = settingSchema(name) as { description?: string; minimum?: number; maximum?: number };
        const values = context.settings as unknown as Record<string, Record<string, number | boolean>>;
        return {
          name,
          kind,
          description: schema.description ?? '',
          platformValue: values[group]?.[key] ?? 0,
          ...(schema.minimum !== undefined && { minimum: schema.minimum }),
          ...(schema.maximum !== undefined && { maximum: schema.maximum }),
        };
      }),
    }),
  }),
];
