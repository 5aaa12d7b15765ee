import { deletedMailPart } from '../../../mail/outbox.ts';
import { deletedAttachmentsPart } from '../../content/attachments/attachments.ts';
import { deletedEmailsPart } from '../../content/emails/emails.ts';
import { deletedLinksParts } from '../../finding/related/deleted-links.ts';
import { deletedFilesParts } from '../../store/files/file-parts.ts';
import { deletedReferencesParts } from '../../store/records/record-references.ts';
import { deletedSharesPart } from '../../store/records/record-shares.ts';
import { deletedConversionsParts } from '../convert/purged-conversions.ts';

/**
 * What belongs to a record and goes with it for good: the parts of the statement that deletes it. `gone` names the records,
 * `photos` those of them that have a picture, with its file.
 */
export function belongingsParts(gone: string, photos: string): string {
  return `attached AS (
      ${deletedAttachmentsPart(gone)}
    ), unused AS (
      SELECT data_space, file_id FROM attached WHERE file_id IS NOT NULL
      UNION SELECT data_space, photo FROM ${photos} WHERE photo IS NOT NULL
    ), ${deletedFilesParts('unused')}, mailed AS (${deletedEmailsPart(gone)}
    ), mails AS (${deletedMailPart('mailed')}
    ), shared AS (${deletedSharesPart(gone)}
    ), ${deletedReferencesParts(gone)}, ${deletedLinksParts(gone)}, ${deletedConversionsParts(gone)}`;
}

/** Tables by the columns in which they name a record: those that the parts above delete from. */
export const belongings: readonly string[] = [
  'crm_attachment.parent_id',
  'crm_email.record_id',
  'crm_record_share.record_id',
  'crm_conversion.record_id',
  'crm_conversion.target_id',
  'crm_reference.record_id',
  'crm_reference.target_id',
  'crm_link.left_id',
  'crm_link.right_id',
];

/** The others, and why nothing of them has to go with the record. */
export const staying: Readonly<Record<string, string>> = {
  'crm_record.record_id': 'is the record; what is in the bin is not there any more',
  'crm_deleted_record.record_id': 'says that there was one (GET /{module}/deleted), for a time',
  'crm_timeline.record_id': 'says who did what, without values (the audit log), for as long',
  'crm_unique_value.record_id': 'went when the record came into the bin',
  'crm_field_value.record_id': 'went when the record came into the bin',
  'crm_record_lock.record_id': 'a locked record does not come into the bin',
};
