/**
 * How one outcome is explained. In each text `{name}` stands for a value of the event (`{details.limit}` for a part of
 * one), and what is between `[[` and `]]` is left out when a value in it did not come with the event.
 */
export interface Explanation {
  /** What should have come. */
  readonly expected: string;
  /** What came instead. */
  readonly came: string;
  /** The clause that demands it: a standard, or the page of ours that says so. */
  readonly rule: string;
  /** What to do about it: concrete, one or two sentences. */
  readonly mend: string;
  /** The setting that mends it, where there is one. */
  readonly setting?: SettingName;
}

export type Explanations<Name extends string = string> = Readonly<Record<Name, Explanation>>;

/** Where in the console a setting is. Places of a client need the client to be known. */
export const settings = {
  redirectUris: { label: 'Authorized redirect URIs', path: '/applications/{clientId}/settings' },
  javascriptDomains: { label: 'JavaScript domains', path: '/applications/{clientId}/cors' },
  dataCenters: { label: 'Data centres', path: '/applications/{clientId}/settings' },
  ownSettings: { label: "The application's own limits and switches", path: '/applications/{clientId}/settings' },
  secret: { label: 'Client Secret', path: '/applications/{clientId}/secret' },
  code: { label: 'Generate Code', path: '/applications/{clientId}/code' },
  client: { label: 'Client ID', path: '/applications/{clientId}' },
  users: { label: 'Users of the application', path: '/applications/{clientId}/activity' },
  applications: { label: 'Applications', path: '/applications' },
  scopes: { label: 'Scopes', path: '/scopes' },
  records: { label: 'Records', path: '/records' },
  limits: { label: 'Limits', path: '/administration/limits' },
  people: { label: 'Users', path: '/administration/users' },
  health: { label: 'Health', path: '/administration/health' },
  password: { label: 'Password', path: '/account/password' },
} as const;
export type SettingName = keyof typeof settings;
