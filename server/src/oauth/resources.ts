import { apiOrigin, type DataCenter, type Environment, environments } from '../config/data-centers.ts';

/**
 * Resource indicators (RFC 8707 §2): the protected resources of a data centre, each by its identifier. They are the API
 * of each environment and the MCP server on the same origin.
 */
export type Resource = string;

/** The path of the MCP server of an API origin. */
export const mcpPath = '/mcp';

/** Where an origin tells about the resource that it is (RFC 9728 §3). */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource';

/** Where it tells about its MCP server (RFC 9728 §3.1). */
export const mcpMetadataPath = `${resourceMetadataPath}${mcpPath}`;

/** The identifier of the API of an environment: its origin. */
export function apiResource(dataCenter: DataCenter, environment: Environment): Resource {
  return apiOrigin(dataCenter, environment);
}

/** The identifier of the MCP server of an environment. */
export function mcpResource(dataCenter: DataCenter, environment: Environment): Resource {
  return `${apiOrigin(dataCenter, environment)}${mcpPath}`;
}

const identifiersOf = [apiResource, mcpResource];

/** The environment whose resource `resource` is; undefined: it is none of this data centre. */
export function environmentOf(dataCenter: DataCenter, resource: Resource): Environment | undefined {
  return environments.find((environment) => identifiersOf.some((of) => of(dataCenter, environment) === resource));
}

/**
 * The resource of `home` that stands where `resource` stands in another data centre of the realm: a user who is sent home
 * has their data there.
 */
export function resourceAtHome(realm: readonly DataCenter[], home: DataCenter, resource: Resource): Resource {
  for (const dataCenter of realm) {
    for (const environment of environments) {
      const of = identifiersOf.find((each) => each(dataCenter, environment) === resource);
      if (of) return of(home, environment);
    }
  }
  return resource;
}

/** How a resource is spelled here: URL libraries put a slash behind an origin (RFC 3986 §6.2.3: the same identifier). */
export function readResource(text: string): Resource {
  return text.replace(/^(https?:\/\/[^/?#]+)\/$/, '$1');
}

/** What a token for these resources calls its audience (RFC 7519 §4.1.3: a single one is a text by itself). */
export function audienceOf(resources: readonly Resource[]): string | string[] {
  const [only, ...others] = resources;
  return only !== undefined && others.length === 0 ? only : [...resources];
}

/** Resources as one text; none of them has a blank. */
export function joinResources(resources: readonly Resource[] | null | undefined): string | null {
  return resources ? resources.join(' ') : null;
}
