import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { activityModules } from '../../kernel/metadata/activities.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { rollUp } from '../../records/rules/chain.ts';
import type { ConversionTarget } from '../../settings/layouts/convert-mapping.ts';
import { movedActivities, movedNotesParts } from '../../store/records/moved-references.ts';
import { type Conversion, targetModule } from './read-conversion.ts';

type Made = Readonly<Record<ConversionTarget, StoredRecord | null>>;

/**
 * Moves what hangs on a lead to what it became (crm-api 7.13): notes to the contact, attachments where the request says,
 * activities to the contact and the deal or account, campaigns and products to the contact.
 */
export async function moveContent(
  transaction: Queryable,
  call: CrmCall,
  leadId: string,
  made: Made,
  conversion: Conversion,
): Promise<void> {
  const { space, user, nowMs } = call;
  const contact = made.Contacts?.id as string;
  const number = (apiName: string) => space.metadata.find(apiName)?.number ?? 0;
  // A module that the conversion did not make leaves the attachments to the contact.
  const filesTo = made[conversion.attachmentsTo] ? conversion.attachmentsTo : 'Contacts';
  await transaction.query({
    text: `WITH ${movedNotesParts({ dataSpace: '$1', notes: '$3', from: '$2', to: '$4', value: '$5' })}, members AS (
             INSERT INTO crm_link (data_space, relation, left_id, right_id, data, created_by, created_at_ms, modified_at_ms)
             SELECT data_space, CASE WHEN relation = 'campaign_leads' THEN 'campaign_contacts' ELSE 'product_contacts' END,
                    left_id, $4, data, $8, $9, $9
             FROM crm_link WHERE data_space = $1 AND relation IN ('campaign_leads', 'product_leads') AND right_id = $2
             ON CONFLICT DO NOTHING
           )
           UPDATE crm_attachment SET parent_id = $6, module = $7 WHERE data_space = $1 AND parent_id = $2`,
    values: [
      space.dataSpace,
      leadId,
      number('Notes'),
      contact,
      JSON.stringify({ id: contact, module: 'Contacts' }),
      made[filesTo]?.id,
      targetModule(call, filesTo).number,
      user.id,
      nowMs,
    ],
  });
  const about = made.Deals ? { id: made.Deals.id, module: 'Deals' } : undefined;
  const of = about ?? (made.Accounts ? { id: made.Accounts.id, module: 'Accounts' } : undefined);
  await transaction.query({
    text: movedActivities({
      dataSpace: '$1',
      modules: '$3',
      from: '$2',
      person: '$4',
      about: '$5',
      aboutId: '$6',
    }),
    values: [
      space.dataSpace,
      leadId,
      activityModules.map(number),
      contact,
      of ? JSON.stringify(of) : null,
      of?.id ?? null,
    ],
  });
  const moved = [leadId, ...Object.values(made).flatMap((record) => record?.id ?? [])];
  await rollUp(
    transaction,
    call,
    new Map(['Leads', ...Object.keys(made)].map((name) => [number(name), new Set(moved)])),
  );
  if (made.Deals) {
    await transaction.query({
      text: `INSERT INTO crm_link (data_space, relation, left_id, right_id, data, created_by, created_at_ms, modified_at_ms)
             VALUES ($1, 'deal_contacts', $2, $3, $4, $5, $6, $6) ON CONFLICT DO NOTHING`,
      values: [
        space.dataSpace,
        made.Deals.id,
        contact,
        JSON.stringify(conversion.contactRole === null ? {} : { Contact_Role: conversion.contactRole }),
        user.id,
        nowMs,
      ],
    });
  }
}
