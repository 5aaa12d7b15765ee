import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { merge, mergeValues } from './merge-fields.ts';
import { limits, type MailRequest } from './read-mail.ts';

/**
 * A mail with subject and content of its template, where the request does not say them.
 * @throws Refusal when there is no such template for records of the module, or the mail becomes too long
 */
export async function fillTemplate(
  call: CrmCall,
  module: Module,
  record: StoredRecord,
  request: MailRequest,
  at: string,
): Promise<MailRequest> {
  const place = { api_name: 'id', json_path: `${at}.template.id` };
  const found = call.space.list('mail_template', module.number).find(({ id }) => id === request.template);
  if (!found?.definition.active) throw new Refusal('INVALID_DATA', { details: place, message: idInvalid });
  const { subject, content, format } = found.definition;
  const valueFor = await mergeValues(call, module, record);
  const filled = request.content === '' ? merge(content, valueFor, format) : request.content;
  if (filled.length > limits.content) {
    throw new Refusal('INVALID_DATA', { details: { ...place, maximum_length: limits.content } });
  }
  // A subject is one line.
  const title = request.subject === '' ? merge(subject, valueFor, 'text').replaceAll(/\s+/g, ' ') : request.subject;
  return {
    ...request,
    subject: title.slice(0, limits.subject),
    content: filled,
    format: request.content === '' ? format : request.format,
  };
}
