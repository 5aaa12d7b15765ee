import { findUser } from '../accounts/users.ts';
import type { Secrets } from '../directory/clients.ts';
import type { ClientUpdate, StandardFields } from '../directory/write-client.ts';
import { secretHash } from '../foundation/secrets.ts';
import {
  type Client,
  type ClientKeySet,
  type ClientType,
  clientTypeRules,
  clientTypes,
  hasKeys,
  isPublic,
} from '../oauth/client.ts';
import type { ClientOverrides } from '../oauth/client-overrides.ts';
import { secretOverlapSeconds } from '../oauth/client-secret.ts';
import { changeClientSettings, type GivenSettings } from '../oauth/client-settings.ts';
import {
  type ClientFields,
  type FieldFault,
  validateClient,
  validateKeys,
  validateLogout,
} from '../oauth/client-validation.ts';
import { registrationTokenTtlSeconds } from './bounds.ts';
import type { AdminContext } from './context.ts';
import { AdminFailure, badInput, conflict, notFound } from './failure.ts';
import { changedNames, recordOperatorEvent } from './operator-events.ts';
import { administered } from './users.ts';

export interface ClientRegistration extends ClientFields {
  readonly dataCenter: string;
  /** E-mail address of the owner, a user of that data centre. */
  readonly owner: string;
  readonly type: string;
  readonly enabledDataCenters: readonly string[];
  readonly sameSecret: boolean;
  readonly resourceServer?: boolean | undefined;
  readonly secretsShownOnce?: boolean;
  readonly standards?: GivenStandards;
}

/** The standards' part of a client as it is given: the keys are checked here. */
export interface GivenStandards extends Partial<Omit<StandardFields, 'jwks'>> {
  readonly jwks?: unknown;
}

/** What the call that made secrets answers. */
export interface ClientWithSecrets {
  readonly client_id: string;
  /** Public clients and those with keys of their own have none: an empty text, and no secrets. */
  readonly client_secret: string;
  readonly secrets: Secrets;
}

/** A client as lists show it: everything but its secrets. */
export function describeClient(client: Client) {
  return {
    client_id: client.clientId,
    type: client.type,
    profile: client.profile,
    name: client.name,
    homepage: client.homepageUrl,
    redirect_uris: client.redirectUris,
    javascript_domains: client.javascriptDomains,
    data_center: client.dataCenter,
    owner_id: client.ownerId,
    same_secret: client.sameSecret,
    secrets_shown_once: client.secretsShownOnce,
    resource_server: client.resourceServer,
    jwks: client.jwks,
    jwks_uri: client.jwksUri,
    dpop_bound_access_tokens: client.dpopBound,
    access_token_format: client.accessTokenFormat,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    backchannel_logout_uri: client.backchannelLogoutUri,
    data_centers: Object.fromEntries([...client.dataCenters].map(([id, at]) => [id, at.enabled])),
    settings: client.overrides,
    created_at: new Date(client.createdAtMs).toISOString(),
  };
}

/** All clients, or those that are enabled in a data centre. @throws AdminFailure when it is unknown. */
export async function listClients(context: AdminContext, dataCenterId?: string) {
  if (dataCenterId !== undefined) administered(context, dataCenterId);
  const clients = await context.clients.list();
  const wanted = ({ dataCenters }: Client) =>
    dataCenterId === undefined || dataCenters.get(dataCenterId)?.enabled === true;
  return clients.filter(wanted).map(describeClient);
}

export async function registerClient(
  context: AdminContext,
  registration: ClientRegistration,
): Promise<ClientWithSecrets> {
  const type = readType(registration.type);
  const { database, dataCenter } = administered(context, registration.dataCenter);
  const rules = clientTypeRules[type];
  const owner = await findUser(database, { name: registration.owner });
  if (!owner)
    throw notFound(`data centre "${dataCenter.id}" has no user "${registration.owner}" who could own the client`);
  checkDataCenters(context, registration.enabledDataCenters);
  if (!rules.multiDataCenter && registration.enabledDataCenters.some((id) => id !== dataCenter.id)) {
    throw badInput(`a ${rules.label} belongs to its owner's data centre; other data centres cannot be enabled for it`);
  }
  // A self client has no fields of its own; lists show it by the name of its type.
  const name = type === 'self' && !registration.name ? rules.label : registration.name;
  checkFields(context, type, { ...registration, name });
  const { standards, ...fields } = registration;
  const created = await context.clients.create({
    ...fields,
    ...readStandards(context, { profile: 'compatible', ...standards }),
    name,
    type,
    dataCenter: dataCenter.id,
    ownerId: owner.userId,
    homepageUrl: rules.homepage ? registration.homepageUrl : null,
    mostOfOwner: context.settings.limits.clientsPerOwner,
  });
  if ('owned' in created)
    throw conflict(
      `the owner has ${created.owned} clients; at most ${context.settings.limits.clientsPerOwner} are allowed`,
    );
  if ('taken' in created)
    throw conflict(`${registration.owner} has a self client already; there is one for each owner`);
  const { client } = created;
  recordOperatorEvent(context, client.dataCenter, {
    kind: 'client',
    action: 'register',
    clientId: client.clientId,
    userId: owner.userId,
    detail: { type, profile: client.profile, dataCenters: [...client.dataCenters.keys()] },
  });
  return withSecrets(client, created.secrets);
}

export interface ClientChange extends Omit<ClientUpdate, 'overrides' | keyof StandardFields> {
  readonly standards?: GivenStandards;
  /** Settings of its own by name; null or an empty text takes one back. */
  readonly overrides?: GivenSettings;
  /** How long secrets that `sameSecret` replaces stay valid; default: a day. */
  readonly overlapSeconds?: number;
}

/** Apps that run with the secrets which "same secret" replaces have a day to learn the new ones. */
const sharingOverlapSeconds = 86_400;

export async function changeClient(context: AdminContext, clientId: string, change: ClientChange) {
  const client = await findClient(context, clientId);
  checkDataCenters(context, [...(change.enable ?? []), ...(change.disable ?? [])]);
  if (!clientTypeRules[client.type].multiDataCenter && change.enable?.length) {
    throw badInput(`other data centres cannot be enabled for a ${clientTypeRules[client.type].label}`);
  }
  if (change.disable?.includes(client.dataCenter)) {
    throw badInput(`data centre "${client.dataCenter}" is where the client was registered; it stays on`);
  }
  const fields = {
    name: change.name ?? client.name,
    homepageUrl: change.homepageUrl === undefined ? client.homepageUrl : change.homepageUrl,
    redirectUris: change.redirectUris ?? client.redirectUris,
    javascriptDomains: change.javascriptDomains ?? client.javascriptDomains,
  };
  checkFields(context, client.type, fields, (field) => change[field] !== undefined);
  const { overrides, overlapSeconds = sharingOverlapSeconds, standards, ...rest } = change;
  checkOverlap(overlapSeconds);
  const merged = overrides && { overrides: mergeOverrides(client, overrides) };
  const ofStandards = standards && readStandards(context, standards);
  const updated = await context.clients.update(client, { ...rest, ...ofStandards, ...merged }, overlapSeconds);
  const described = describeClient(updated.client);
  recordOperatorEvent(context, client.dataCenter, {
    kind: 'client',
    action: 'change',
    clientId,
    detail: {
      changed: changedNames(describeClient(client), described),
      settings: changedNames(client.overrides, updated.client.overrides),
    },
  });
  return { ...described, secrets: updated.secrets };
}

/**
 * Replaces the secret of a data centre, or of all; the old ones stay valid for `overlapSeconds`, which must be one of
 * the offered times.
 */
export async function rotateClientSecret(
  context: AdminContext,
  clientId: string,
  dataCenterId: string | undefined,
  overlapSeconds = 0,
): Promise<ClientWithSecrets> {
  checkOverlap(overlapSeconds);
  const client = await findClient(context, clientId);
  if (dataCenterId !== undefined && !client.dataCenters.has(dataCenterId)) {
    throw notFound(
      `client ${clientId} has no secret for data centre "${dataCenterId}": ${[...client.dataCenters.keys()].join(', ')}`,
    );
  }
  const secrets = await context.clients.rotateSecret(client, dataCenterId, overlapSeconds);
  const detail = { dataCenters: Object.keys(secrets), ...(overlapSeconds > 0 && { overlapSeconds }) };
  recordOperatorEvent(context, client.dataCenter, { kind: 'client', action: 'rotate-secret', clientId, detail });
  return withSecrets(client, secrets);
}

/** Tells a secret again. Undefined when it has ended, or cannot be told. */
export async function tellClientSecret(
  context: AdminContext,
  client: Client,
  secretId: string,
): Promise<string | undefined> {
  const found = await context.clients.secrets.tell(client.clientId, secretId);
  if (!found) return undefined;
  const { clientId } = client;
  recordOperatorEvent(context, client.dataCenter, {
    kind: 'client',
    action: 'reveal-secret',
    clientId,
    detail: { secretId },
  });
  return found.secret;
}

/**
 * Makes an initial access token (RFC 7591 §3): whoever has it registers clients at the data centre, which belong to the
 * owner. It is told this once.
 */
export async function createRegistrationToken(
  context: AdminContext,
  given: { readonly dataCenter: string; readonly owner: string; readonly ttlSeconds: number },
) {
  const { database, dataCenter } = administered(context, given.dataCenter);
  const owner = await findUser(database, { name: given.owner });
  if (!owner) throw notFound(`data centre "${dataCenter.id}" has no user "${given.owner}" who could own clients`);
  const { minimum, maximum } = registrationTokenTtlSeconds;
  if (given.ttlSeconds < minimum || given.ttlSeconds > maximum) {
    throw badInput(`ttlSeconds: expected ${minimum} to ${maximum}, got ${given.ttlSeconds}`);
  }
  const token = context.random.bytes(32).toString('base64url');
  const nowMs = context.clock.nowMs();
  const expiresAtMs = nowMs + given.ttlSeconds * 1000;
  const { userId: ownerId } = owner;
  const hash = secretHash(token);
  await context.clients.registrations.allow({ hash, dataCenter: dataCenter.id, ownerId, nowMs, expiresAtMs });
  recordOperatorEvent(context, dataCenter.id, {
    kind: 'client',
    action: 'allow-registration',
    userId: ownerId,
    detail: { expiresAt: new Date(expiresAtMs).toISOString() },
  });
  return { initial_access_token: token, expires_at: new Date(expiresAtMs).toISOString() };
}

/** Deletes the client; all its tokens end. */
export async function deleteClient(context: AdminContext, clientId: string) {
  const client = await findClient(context, clientId);
  await context.clients.delete(client.clientId);
  recordOperatorEvent(context, client.dataCenter, { kind: 'client', action: 'delete', clientId });
  return { client_id: client.clientId, deleted: true };
}

export async function findClient(context: AdminContext, clientId: string): Promise<Client> {
  const client = await context.clients.find(clientId);
  if (!client) throw notFound(`no client has the id ${clientId}`);
  return client;
}

function mergeOverrides(client: Client, change: GivenSettings): ClientOverrides {
  const merged = changeClientSettings(client.overrides, change);
  if (merged.fault !== undefined) throw badInput(merged.fault);
  return merged.settings;
}

/** @throws AdminFailure for what the standards, or the settings of the server, do not allow. */
function readStandards({ settings }: AdminContext, { jwks, ...given }: GivenStandards): Partial<StandardFields> {
  if (given.profile === 'compatible' && !settings.standards.compatibleProfile) {
    throw badInput(
      'the profile: expected strict, got "compatible", which the setting standards.compatibleProfile forbids',
    );
  }
  checkLogoutUris(settings, given);
  const [fault] = validateKeys({ jwks, jwksUri: given.jwksUri ?? null });
  if (fault) throw badInput(`${fault.field}${fault.value === '' ? '' : ` "${fault.value}"`}: ${fault.reason}`);
  // Each of the two takes the place of the other.
  if (given.jwksUri) return { ...given, jwks: null };
  if (jwks === undefined) return given;
  if (jwks === null) return { ...given, jwks, jwksUri: null };
  return { ...given, jwks: { keys: (jwks as ClientKeySet).keys }, jwksUri: null };
}

/** @throws AdminFailure that names the address which cannot be one that users are sent to, or that we call. */
function checkLogoutUris({ compatibility, limits }: AdminContext['settings'], given: GivenStandards): void {
  const { plainHttpRedirects: plainHttp, undottedSchemes } = compatibility;
  refuseFields(validateLogout(given, { limits, plainHttp, undottedSchemes }));
}

function withSecrets(client: Client, secrets: Secrets): ClientWithSecrets {
  if (hasKeys(client) || isPublic(client)) return { client_id: client.clientId, client_secret: '', secrets: {} };
  const own = secrets[client.dataCenter] ?? Object.values(secrets)[0] ?? '';
  return { client_id: client.clientId, client_secret: own, secrets };
}

function readType(text: string): ClientType {
  const type = clientTypes.find((each) => each === text);
  if (!type) throw badInput(`the client type: expected one of ${clientTypes.join(', ')}, got "${text}"`);
  return type;
}

/** `checked`: the fields to look at. What was registered under earlier rules stays as it is until it is changed. */
function checkFields(
  context: AdminContext,
  type: ClientType,
  fields: ClientFields,
  checked: (field: keyof ClientFields) => boolean = () => true,
): void {
  const { limits, compatibility } = context.settings;
  const { plainHttpRedirects: plainHttp, undottedSchemes } = compatibility;
  refuseFields(
    validateClient(type, fields, { limits, plainHttp, undottedSchemes }).filter(({ field }) => checked(field)),
  );
}

/** @throws AdminFailure that names all of them. */
function refuseFields(faults: readonly FieldFault<string>[]): void {
  if (faults.length === 0) return;
  const told = faults.map(({ field, message, reason, value }) => `${message}: "${value}" (${field}): ${reason}`);
  throw new AdminFailure(400, 'INVALID_CLIENT_FIELD', told.join('; '));
}

function checkOverlap(seconds: number): void {
  if (secretOverlapSeconds.includes(seconds)) return;
  throw badInput(`overlapSeconds must be one of ${secretOverlapSeconds.join(', ')}; ${seconds} came`);
}

function checkDataCenters(context: AdminContext, ids: readonly string[]): void {
  for (const id of ids) administered(context, id);
}
