import type { FastifyInstance } from 'fastify';
import type { Environment } from '../../config/data-centers.ts';
import { consoleClientId } from '../../directory/first-party.ts';
import { queryOf } from '../../http/parameters.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, signedInOptions, unverifiedFields } from '../forms.ts';
import { findSession } from '../sessions.ts';
import { endGrants } from '../store/end-tokens.ts';

const removePath = '/account/apps/remove';

interface GrantRow {
  grant_id: string;
  client_id: string;
  organization_id: string | null;
  environment: Environment;
  scopes: string[];
  created_at_ms: string;
  last_token_ms: string | null;
}

/** The page where users see which apps have access to their data, and take it back (RT-06), after a question. */
export function registerConnectedApps(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get('/account/apps', async (request, reply) => {
    const session = await findSession(context, request);
    if (!session) return reply.redirect('/signin?continue=%2Faccount%2Fapps', 302);
    const removed = new URLSearchParams(queryOf(request.url)).has('removed');
    return pages.send(reply, 'connected-apps', {
      title: messages.connectedApps,
      ...signedInOptions(context, request, reply, session),
      data: { apps: await listApps(context, session.userId), notice: removed ? messages.appRemoved : undefined },
    });
  });

  app.get(removePath, async (request, reply) => {
    const session = await findSession(context, request);
    if (!session) return reply.redirect(`/signin?continue=${encodeURIComponent(request.url)}`, 302);
    const grantId = new URLSearchParams(queryOf(request.url)).get('grant');
    const found = (await listApps(context, session.userId)).find((each) => each.grantId === grantId);
    if (!found) return reply.redirect('/account/apps', 302);
    return pages.send(reply, 'remove-app', {
      title: messages.removeAppTitle(found.name),
      ...signedInOptions(context, request, reply, session),
      data: { csrf: issueFormToken(context, request, reply, removePath), app: found },
    });
  });

  app.post(removePath, async (request, reply) => {
    const asked = unverifiedFields(request);
    if (asked.get('confirmed') !== 'true') {
      return reply.redirect(`${removePath}?grant=${encodeURIComponent(asked.get('grant') ?? '')}`, 303);
    }
    const form = readForm(context, request);
    const session = form && (await findSession(context, request));
    const grantId = form?.get('grant') ?? '';
    if (!session || !/^\d{1,18}$/.test(grantId)) {
      context.events.record({ kind: 'consent', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect('/account/apps', 303);
    }
    const ended = await endGrants(context.database, context.notices, { grantId, userId: session.userId });
    if (ended > 0) {
      const detail = { grantId, reason: 'the user removed the app' };
      context.events.record({
        kind: 'consent',
        outcome: 'GrantEnded',
        userId: session.userId,
        requestId: request.id,
        detail,
      });
    }
    return reply.redirect(ended > 0 ? '/account/apps?removed' : '/account/apps', 303);
  });
}

/** What the user has given access to. The platform's own console is no app: it needs no grant, so none can be taken back. */
async function listApps(context: AccountsContext, userId: string) {
  const { environments } = context.pages.messages;
  const rows = await context.database.query<GrantRow>({
    name: 'connected-apps',
    text: `SELECT g.grant_id, g.client_id, g.organization_id, g.environment, g.scopes, g.created_at_ms,
                  (SELECT max(a.created_at_ms) FROM access_token a WHERE a.grant_id = g.grant_id AND a.slot = $3) AS last_token_ms
           FROM user_grant g WHERE g.user_id = $1 AND g.slot = $3 AND g.client_id <> $2
           ORDER BY g.updated_at_ms DESC, g.grant_id DESC LIMIT 200`,
    values: [userId, consoleClientId, slotOf(userId)],
  });
  const organizations = await context.organizations.listForUser(userId);
  const apps = await Promise.all(
    rows.map(async (row) => {
      const client = await context.clients.find(row.client_id);
      const organization = organizations.find((each) => each.organizationId === row.organization_id);
      return {
        grantId: row.grant_id,
        name: client?.name ?? row.client_id,
        homepageUrl: client?.homepageUrl,
        place: organization ? `${organization.name}, ${environments[row.environment]}` : undefined,
        scopes: context.scopes.setOf(row.scopes).scopes,
        grantedOn: dateOf(row.created_at_ms),
        lastUsedOn: row.last_token_ms === null ? undefined : dateOf(row.last_token_ms),
      };
    }),
  );
  return apps;
}

function dateOf(ms: string): string {
  return new Date(Number(ms)).toISOString().slice(0, 10);
}
