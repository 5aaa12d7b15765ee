import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { listParameter, pageParameters } from '../../wire/parameters.ts';
import { layoutLimits } from '../layouts/write-layouts.ts';
import { maxTagsPerModule } from '../tags/tag-settings.ts';

/** GET /__features (crm-api 7.14): what an organization has, and how much of it. */
interface Feature {
  readonly apiName: string;
  readonly label: string;
  readonly moduleSupported: boolean;
  readonly details: (call: CrmCall) => object;
}

const limit = (total: number) => () => ({ limits: { edition_limit: total, total } });

/** Licences of a self-hosted organization do not run out. */
const licences = 1000;

const features: readonly Feature[] = [
  {
    apiName: 'user_licenses',
    label: 'User Licenses',
    moduleSupported: false,
    details: ({ space }) => {
      const used = space.contents.users.filter(({ status }) => status === 'active').length;
      const total = Math.max(licences, used);
      return { available_count: { total, regular_user_license: total - used }, used_count: { total: used } };
    },
  },
  { apiName: 'tags', label: 'Tags', moduleSupported: true, details: limit(maxTagsPerModule) },
  { apiName: 'roles', label: 'Roles', moduleSupported: false, details: limit(250) },
  { apiName: 'profiles', label: 'Profiles', moduleSupported: false, details: limit(250) },
  { apiName: 'layouts', label: 'Layouts', moduleSupported: true, details: limit(layoutLimits.layouts) },
  { apiName: 'custom_views', label: 'Custom Views', moduleSupported: true, details: limit(100) },
  { apiName: 'global_picklists', label: 'Global Picklists', moduleSupported: false, details: limit(10) },
  { apiName: 'data_enrichment', label: 'Data Enrichment', moduleSupported: false, details: limit(0) },
  { apiName: 'attachments', label: 'Attachments', moduleSupported: true, details: limit(100) },
];

function featureAnswer(feature: Feature, call: CrmCall): Record<string, unknown> {
  return {
    components: [],
    api_name: feature.apiName,
    parent_feature: null,
    module_supported: feature.moduleSupported,
    details: feature.details(call),
    feature_label: feature.label,
  };
}

export async function listFeatures(call: CrmCall): Promise<CrmAnswer> {
  const { page, perPage } = pageParameters(call);
  const module = call.query.get('module');
  if (module && !call.space.metadata.find(module)) {
    throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
  }
  const names = listParameter(call.query, 'api_names');
  const found = features.filter(
    (feature) => (!names || names.includes(feature.apiName)) && (!module || feature.moduleSupported),
  );
  const shown = found.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return { status: 204 };
  const info = { per_page: perPage, count: shown.length, page, more_records: found.length > page * perPage };
  return { status: 200, json: { __features: shown.map((feature) => featureAnswer(feature, call)), info } };
}

/** GET /__features/{api name} */
export async function getFeature(call: CrmCall): Promise<CrmAnswer> {
  const feature = features.find(({ apiName }) => apiName === call.path[0]);
  if (!feature) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 } });
  return { status: 200, json: { __features: [featureAnswer(feature, call)] } };
}
