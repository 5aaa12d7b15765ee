import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import { tellOfSecurity } from '../account-mail.ts';
import type { AccountsContext } from '../context.ts';
import { factorsOf, needsSecondFactor, removePasskey, removeTotp } from '../factors/factors.ts';
import { addPasskey, listPasskeys, registrationOptions } from '../factors/passkeys.ts';
import { makeRecoveryCodes } from '../factors/recovery-codes.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import { listIdentities, unlinkIdentity } from '../outside/identities.ts';
import { passkeySite, sealChallenge, takeChallenge } from '../passkey-challenge.ts';
import type { Session } from '../sessions.ts';
import { confirmedSession } from './confirm-identity.ts';

const path = '/account/security';
const paths = {
  removeApp: `${path}/app/remove`,
  removePasskey: `${path}/passkeys/remove`,
  addPasskey: `${path}/passkeys`,
  recoveryCodes: `${path}/recovery-codes`,
  unlink: `${path}/outside/remove`,
} as const;
const nameLength = 100;

/** The page of what a user signs in with beside the password: the app, passkeys, recovery codes. */
export function registerSecurity(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get(path, async (request, reply) => {
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    const query = new URLSearchParams(queryOf(request.url));
    const passkeys = await listPasskeys(context.database, session.userId);
    const options = await registrationOptions(passkeySite(context), session, passkeys);
    const token = (action: string) => issueFormToken(context, request, reply, action);
    const done = {
      app: messages.authenticatorAppRemoved,
      passkey: messages.passkeyAdded,
      removed: messages.passkeyRemoved,
      linked: messages.outsideLinked,
      unlinked: messages.outsideUnlinked,
    };
    return pages.send(reply, 'security', {
      title: messages.security,
      ...signedInOptions(context, request, reply, session),
      hasScript: true,
      data: {
        factors: await factorsOf(context.database, session.userId),
        passkeys: passkeys.map((each) => ({
          ...each,
          addedOn: dateOf(each.createdAtMs),
          lastUsedOn: each.lastUsedAtMs === null ? undefined : dateOf(each.lastUsedAtMs),
        })),
        passkey: {
          create: true,
          action: paths.addPasskey,
          csrf: token(paths.addPasskey),
          challenge: await sealChallenge(context, request, reply, options.challenge),
          continueTo: path,
          options: JSON.stringify(options),
        },
        tokens: {
          removeApp: token(paths.removeApp),
          removePasskey: token(paths.removePasskey),
          recoveryCodes: token(paths.recoveryCodes),
          unlink: token(paths.unlink),
        },
        providers: await context.outsideProviders.list(),
        identities: (await listIdentities(context.database, session.userId)).map((each) => ({
          ...each,
          addedOn: dateOf(each.linkedAtMs),
        })),
        done: ownEntry(done, query.get('done')),
        notice:
          query.get('error') === 'linked'
            ? messages.outsideTaken
            : query.has('error')
              ? messages.passkeyFailed
              : undefined,
      },
    });
  });

  app.post(paths.removeApp, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    if (!form) return expired(request, reply, session);
    await removeTotp(context.database, session.userId);
    await tellOfSecurity(context, request, session, 'remove authenticator app');
    return reply.redirect(`${path}?done=app`, 303);
  });

  app.post(paths.addPasskey, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    const challenge = form && (await takeChallenge(context, request, form.get('challenge')));
    if (!form || challenge === undefined) return expired(request, reply, session);
    const { userId } = session;
    const before = await factorsOf(context.database, userId);
    const name = (form.get('name') ?? '')
      .replace(/\p{Cc}/gu, '')
      .trim()
      .slice(0, nameLength)
      .toWellFormed();
    const added = await addPasskey(context.database, passkeySite(context), {
      ...{ userId, challenge, name: name || messages.passkeyNameDefault },
      ...{ answer: form.get('answer') ?? '', nowMs: context.clock.nowMs() },
    });
    if (!added) {
      context.events.record({ kind: 'passkey', outcome: 'PasskeyWrong', userId, requestId: request.id });
      return reply.redirect(`${path}?error=passkey`, 303);
    }
    await tellOfSecurity(context, request, session, 'add passkey');
    if (needsSecondFactor(before)) return reply.redirect(`${path}?done=passkey`, 303);
    return sendRecoveryCodes(context, request, reply, session);
  });

  app.post(paths.removePasskey, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    if (!form) return expired(request, reply, session);
    const credentialId = form.get('passkey') ?? '';
    const known = (await listPasskeys(context.database, session.userId)).some(
      (each) => each.credentialId === credentialId,
    );
    if (!known) return reply.redirect(path, 303);
    await removePasskey(context.database, session.userId, credentialId);
    await tellOfSecurity(context, request, session, 'remove passkey');
    return reply.redirect(`${path}?done=removed`, 303);
  });

  app.post(paths.recoveryCodes, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    if (!form || !needsSecondFactor(await factorsOf(context.database, session.userId)))
      return expired(request, reply, session);
    return sendRecoveryCodes(context, request, reply, session);
  });

  app.post(paths.unlink, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    if (!form) return expired(request, reply, session);
    const [provider, subject] = [form.get('provider') ?? '', form.get('subject') ?? ''];
    const known = (await listIdentities(context.database, session.userId)).some(
      (each) => each.provider === provider && each.subject === subject,
    );
    if (!known) return reply.redirect(path, 303);
    await unlinkIdentity(context.database, session.userId, provider, subject);
    await tellOfSecurity(context, request, session, 'unlink outside sign-in', { provider });
    return reply.redirect(`${path}?done=unlinked`, 303);
  });

  function expired(request: FastifyRequest, reply: FastifyReply, { userId }: Session) {
    context.events.record({ kind: 'second-factor', outcome: 'FormExpired', userId, requestId: request.id });
    return reply.redirect(path, 303);
  }
}

/** Makes new recovery codes and shows them, this once. */
export async function sendRecoveryCodes(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session,
) {
  const codes = await makeRecoveryCodes(context.database, context.random, session.userId);
  await tellOfSecurity(context, request, session, 'make recovery codes');
  return context.pages.send(reply, 'recovery-codes', {
    title: context.pages.messages.recoveryCodes,
    ...signedInOptions(context, request, reply, session),
    data: { codes },
  });
}

function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
