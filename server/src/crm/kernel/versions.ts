/** A version of the API, as in `/crm/v8/…`. All are served side by side. */
export interface Version {
  readonly name: string;
  readonly number: number;
}

const names = ['v2', 'v2.1', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'] as const;

export const versions: ReadonlyMap<string, Version> = new Map(
  names.map((name) => [name, { name, number: Number(name.slice(1)) }]),
);

export const newestVersion = versions.get('v8') as Version;

export function findVersion(name: string): Version | undefined {
  return versions.get(name);
}
