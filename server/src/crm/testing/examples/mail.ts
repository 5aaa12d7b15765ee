import { createTemplate } from '../../settings/mail/write-templates.ts';
import type { Examples, World } from './world.ts';

const compose = '/email/settings/compose';
const signatures = `${compose}/email_signatures`;
const oneSignature = `${signatures}/{signature}`;
const signature = (w: World) =>
  w.made('/crm/email/v8/settings/compose/email_signatures', 'email_signatures', {
    ...{ name: w.name('Signature'), content: w.name('Content') },
  });

const template = async (w: World, kind: 'email' | 'inventory') => {
  const definition = { kind, name: w.name('Template'), module: kind === 'email' ? 'Leads' : 'Quotes' };
  return createTemplate(await w.operatorCall(), {
    ...definition,
    subject: w.name('Subject'),
    content: w.name('Content'),
  });
};
const templateExamples = (kind: 'email' | 'inventory'): Examples => ({
  [`GET settings/${kind}_templates`]: async (w) => {
    await template(w, kind);
    return { query: { sort_by: 'created_time', sort_order: 'desc' } };
  },
  [`GET settings/${kind}_templates/{template}`]: async (w) => ({ path: [await template(w, kind)] }),
});

/** How mails begin and end. */
export const mailExamples: Examples = {
  ...templateExamples('email'),
  ...templateExamples('inventory'),
  [`GET ${compose}`]: () => ({ query: { type: 'default' } }),
  [`PUT ${compose}`]: () => ({ body: { email_compose: [{ type: 'default', font: { size: 12 } }] } }),
  [`GET ${signatures}`]: async (w) => {
    await signature(w);
    return { query: { user_id: w.ownerId } };
  },
  [`POST ${signatures}`]: async (w) => {
    // A user has a few.
    const { json } = await w.crm.call('GET', '/crm/email/v8/settings/compose/email_signatures');
    for (const { id } of json?.email_signatures ?? []) {
      await w.call('DELETE', `/crm/email/v8/settings/compose/email_signatures/${id}`);
    }
    return { body: { email_signatures: [{ name: w.name('Signature'), content: 'y', editor_mode: 'plain_text' }] } };
  },
  [`PUT ${signatures}`]: async (w) => ({ body: { email_signatures: [{ id: await signature(w), content: 'z' }] } }),
  [`DELETE ${signatures}`]: async (w) => ({ query: { ids: await signature(w) } }),
  [`GET ${oneSignature}`]: async (w) => ({ path: [await signature(w)] }),
  [`PUT ${oneSignature}`]: async (w) => ({
    path: [await signature(w)],
    body: { email_signatures: [{ content: 'z' }] },
  }),
  [`DELETE ${oneSignature}`]: async (w) => ({ path: [await signature(w)] }),
};
