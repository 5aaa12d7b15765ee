import { thumbprintPattern } from '../../oauth/dpop.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { environmentOf, type Resource, readResource, resourceAtHome } from '../../oauth/resources.ts';
import type { AccountsContext } from '../context.ts';
import type { Incoming } from './steps.ts';

/** Most resources of one request. */
const mostResources = 10;

/**
 * The resources of a request, which may name several (RFC 8707 §2); null: none in particular.
 * @param spelled how each is spelled for this data centre.
 */
export function readResources(
  { dataCenter }: Pick<AccountsContext, 'dataCenter'>,
  parameters: URLSearchParams,
  spelled: (resource: Resource) => Resource = (resource) => resource,
): readonly Resource[] | null | Refusal {
  const came = parameters.getAll('resource').filter((each) => each !== '');
  if (came.length === 0) return null;
  const resources = [...new Set(came.map((each) => spelled(readResource(each))))];
  const unknown = resources.find((each) => environmentOf(dataCenter, each) === undefined);
  if (unknown === undefined && resources.length <= mostResources) return resources;
  return {
    outcome: 'ResourceUnknown',
    detail: { came: (unknown ?? `${resources.length} resources`).slice(0, 200), expected: dataCenter.origins.api },
  };
}

/**
 * `resource` of an authorization request. One of another data centre of the realm stands for the one here: the user may
 * have been sent home from there.
 */
export function resources(
  _found: object,
  { context, parameters }: Incoming,
): { readonly resources: readonly Resource[] | null } | Refusal {
  const realm = context.topology.realmOf(context.dataCenter);
  const read = readResources(context, parameters, (each) => resourceAtHome(realm, context.dataCenter, each));
  return read !== null && 'outcome' in read ? read : { resources: read };
}

/** `dpop_jkt`: the key whose proof the code's exchange must bring (RFC 9449 §10); null: none. */
export function keyThumbprint(
  _found: object,
  { parameters }: Incoming,
): { readonly keyThumbprint: string | null } | Refusal {
  const came = parameters.get('dpop_jkt');
  if (!came) return { keyThumbprint: null };
  if (thumbprintPattern.test(came)) return { keyThumbprint: came };
  return { outcome: 'KeyThumbprintInvalid', detail: { expected: '43 characters of base64url', length: came.length } };
}
