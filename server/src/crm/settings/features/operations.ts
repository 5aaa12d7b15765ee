import { always, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, anything, flag, listOf, named, shape, text } from '../../kernel/schema.ts';
import { commaList, pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { fixed } from '../../wire/scopes.ts';
import { getFeature, listFeatures } from './features.ts';

const feature = named(
  'Feature',
  shape({
    components: listOf(anyObject),
    api_name: text,
    parent_feature: anything,
    module_supported: flag,
    details: anyObject,
    feature_label: text,
  }),
);

/** What the edition has. */
export const featureOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '__features',
    scopes: fixed('ZohoCRM.features.READ'),
    handle: listFeatures,
    about: {
      summary: 'List features and their limits',
      query: [
        { ...query('module', 'Only features of modules: the API name of one.'), errors: ['INVALID_MODULE'] },
        query('api_names', 'Only these, separated by commas.', commaList),
        ...pages,
      ],
      answers: found('__features', feature, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: '__features/{feature}',
    scopes: fixed('ZohoCRM.features.READ'),
    handle: getFeature,
    about: { summary: 'Get a feature', answers: always('__features', feature) },
  },
];
