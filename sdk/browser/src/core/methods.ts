/**
 * The methods of the original SDK as data: both faces are made from this table. Paths are below
 * `{api_domain}/crm/{version}/`.
 */
export interface MethodSpec {
  readonly http: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** `{name}` is replaced by that member of the input. `{id}` may be missing; then its segment goes. */
  readonly path: string;
  /** Members that may be missing besides `id`. */
  readonly optional?: readonly string[];
  /** The module travels as a parameter. */
  readonly moduleParameter?: boolean;
  /** Parameters to send when the input has none of that name. */
  readonly params?: Readonly<Record<string, string>>;
  /** What goes out as the body; nothing when absent. */
  readonly sends?: 'json' | 'file';
  /** The answer is a file rather than JSON. */
  readonly answersFile?: boolean;
}

export const methods = {
  RECORDS: {
    get: { http: 'GET', path: '{module}/{id}' },
    post: { http: 'POST', path: '{module}/{id}', sends: 'json' },
    put: { http: 'PUT', path: '{module}/{id}', sends: 'json' },
    delete: { http: 'DELETE', path: '{module}/{id}' },
    search: { http: 'GET', path: '{module}/search' },
    getNotes: { http: 'GET', path: '{module}/{id}/Notes' },
    getRelated: { http: 'GET', path: '{module}/{id}/{relatedModule}' },
    getAllDeletedRecords: { http: 'GET', path: '{module}/deleted', params: { type: 'all' } },
    getRecycleBinRecords: { http: 'GET', path: '{module}/deleted', params: { type: 'recycle' } },
    getPermanentlyDeletedRecords: { http: 'GET', path: '{module}/deleted', params: { type: 'permanent' } },
  },
  SETTINGS: {
    getFields: { http: 'GET', path: 'settings/fields/{id}', moduleParameter: true },
    getLayouts: { http: 'GET', path: 'settings/layouts/{id}', moduleParameter: true },
    getCustomViews: { http: 'GET', path: 'settings/custom_views/{id}', moduleParameter: true },
    updateCustomViews: { http: 'PUT', path: 'settings/custom_views/{id}', moduleParameter: true, sends: 'json' },
    getModules: { http: 'GET', path: 'settings/modules/{module}', optional: ['module'] },
    getRoles: { http: 'GET', path: 'settings/roles/{id}', moduleParameter: true },
    getProfiles: { http: 'GET', path: 'settings/profiles/{id}', moduleParameter: true },
    getRelatedLists: { http: 'GET', path: 'settings/related_lists/{id}', moduleParameter: true },
  },
  ACTIONS: {
    convert: { http: 'POST', path: 'Leads/{id}/actions/convert', sends: 'json' },
  },
  USERS: {
    get: { http: 'GET', path: 'users/{id}', moduleParameter: true },
  },
  ORG: {
    get: { http: 'GET', path: 'org', moduleParameter: true },
  },
  ATTACHMENTS: {
    uploadFile: { http: 'POST', path: '{module}/{id}/Attachments', sends: 'file' },
    uploadLink: { http: 'POST', path: '{module}/{id}/Attachments' },
    downloadFile: { http: 'GET', path: '{module}/{id}/Attachments/{relatedId}', answersFile: true },
    deleteFile: { http: 'DELETE', path: '{module}/{id}/Attachments/{relatedId}' },
    uploadPhoto: { http: 'POST', path: '{module}/{id}/photo', sends: 'file' },
    downloadPhoto: { http: 'GET', path: '{module}/{id}/photo', answersFile: true },
    deletePhoto: { http: 'DELETE', path: '{module}/{id}/photo' },
  },
} as const satisfies Record<string, Record<string, MethodSpec>>;

export type Namespace = keyof typeof methods;

/** Makes one function of every method, in the shape of the table. */
export function mapMethods<R>(make: (spec: MethodSpec) => R): Record<Namespace, Record<string, R>> {
  const spaces = Object.entries(methods).map(([name, specs]) => {
    const functions = Object.entries(specs).map(([method, spec]) => [method, make(spec)]);
    return [name, Object.fromEntries(functions)];
  });
  return Object.fromEntries(spaces);
}
