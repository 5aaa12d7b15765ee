import { AdminFailure } from '../../admin/failure.ts';
import { listSigningKeys, retireSigningKey, rotateSigningKey } from '../../admin/keys.ts';
import { describeSettings } from '../../config/describe-settings.ts';
import { isClientSetting } from '../../oauth/client-settings.ts';
import { demandConfirmation } from '../confirmation.ts';
import { ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import {
  confirmed,
  keyRotation,
  limitList,
  type SigningKey,
  signingKey,
  signingKeyList,
} from '../wire-administration.ts';

type Described = Awaited<ReturnType<typeof rotateSigningKey>>;

function describeKey(key: Described): SigningKey {
  return {
    keyId: key.key_id,
    algorithm: key.algorithm,
    state: key.state,
    createdAt: key.created_at,
    signsFrom: key.signs_from,
    signsUntil: key.signs_until,
    publishedUntil: key.published_until,
  };
}

/** The signing keys of this data centre, and the settings of the platform. */
export const keyRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/keys',
    summary: 'The signing keys, newest first',
    operator: true,
    answer: signingKeyList,
    handle: async ({ context }) => ({
      keys: (await listSigningKeys(context.admin, context.dataCenter.id)).map(describeKey),
    }),
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/keys/rotate',
    summary: 'Makes a new signing key',
    operator: true,
    body: keyRotation,
    answer: signingKey,
    status: 201,
    handle: async ({ context, admin, body }) => {
      const rotated = rotateSigningKey(admin, context.dataCenter.id, body.algorithm).catch((error: unknown) => {
        if (!(error instanceof AdminFailure) || error.code !== 'CONFLICT') throw error;
        throw new ConsoleFailure(409, 'KEY_WAITS', error.message);
      });
      return describeKey(await rotated);
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/administration/keys/:keyId/retire',
    summary: 'Takes a signing key away at once, because others may have it; needs the password',
    operator: true,
    body: confirmed,
    answer: signingKeyList,
    handle: async (call) => {
      const { admin, body, context, params } = call;
      const { keyId = '' } = params;
      const known = (await listSigningKeys(admin, context.dataCenter.id)).some(({ key_id }) => key_id === keyId);
      if (!known) throw notFound('signing key');
      await demandConfirmation(call, body.password);
      return { keys: (await retireSigningKey(admin, context.dataCenter.id, keyId)).map(describeKey) };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/administration/limits',
    summary: 'Every lifetime, limit and switch',
    operator: true,
    answer: limitList,
    handle: async ({ context }) => ({
      limits: describeSettings(context.settings).map((each) => ({ ...each, perClient: isClientSetting(each.name) })),
    }),
  }),
];
