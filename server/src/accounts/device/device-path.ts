/** The pages of the device flow, all below one path (reference §6.2). */
const root = '/oauth/v3/device';

/** Where the user types the code, or, with a code, where the way to the consent page begins. */
export function devicePath(userCode?: string, error?: string): string {
  return withQuery(root, { user_code: userCode, error });
}

export function deviceOrganizationPath(userCode: string, error?: string): string {
  return withQuery(`${root}/organization`, { user_code: userCode, error });
}

export function deviceConsentPath(userCode: string, organization: string): string {
  return withQuery(`${root}/consent`, { user_code: userCode, organization });
}

export function deviceDonePath(decision: 'accepted' | 'rejected'): string {
  return withQuery(`${root}/done`, { decision });
}

function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const query = Object.entries(parameters)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`);
  return query.length === 0 ? path : `${path}?${query.join('&')}`;
}
