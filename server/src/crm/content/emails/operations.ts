import { credits } from '../../kernel/cost.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anything,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { anyOf, fixed, moduleOr, perModule, settings } from '../../wire/scopes.ts';
import { associateMails, mostAssociated } from './associate-mail.ts';
import { downloadAttachments, downloadInlineImages } from './download-parts.ts';
import { getEmail, listEmails } from './emails.ts';
import { listFromAddresses } from './from-addresses.ts';
import { limits } from './read-mail.ts';
import { sendMail } from './send-mail.ts';

const emails = '{module}/{id}/Emails';
const readScopes = moduleOr('emails', 'READ');

const given = named('MailAddressGiven', input({ email: text }, { user_name: text }));
const mail = input(
  {
    from: noted(given, 'One of the from addresses of the caller.'),
    to: listOf(given, { min: 1, max: limits.recipients }),
  },
  {
    cc: listOf(given, { max: limits.recipients }),
    bcc: listOf(given, { max: limits.recipients }),
    reply_to: given,
    subject: { type: 'string', maxLength: 255 },
    content: { type: 'string', maxLength: limits.content },
    mail_format: { ...oneOf('html', 'text'), default: 'html' },
    scheduled_time: noted(time, 'When it is to be sent; none: now.'),
    attachments: noted(listOf(input({ id: text }), { max: limits.attachments }), 'Files of /files.'),
    template: noted(
      input({ id: idGiven }),
      'A template of the module; it says subject and content, where the request does not.',
    ),
    in_reply_to: noted(input({ message_id: text }), 'A mail of the same record.'),
    org_email: flag,
    consent_email: flag,
  },
);
const associated = input(
  {
    from: given,
    to: listOf(given, { min: 1, max: limits.recipients }),
    subject: { type: 'string', maxLength: limits.subject },
    content: { type: 'string', maxLength: limits.content },
    date_time: noted(time, 'When it was sent; not in the future.'),
    sent: noted(flag, 'False: it was received. What others have sent is associated by administrators only.'),
    original_message_id: noted(text, 'The id in its header: once for each record.'),
  },
  {
    cc: listOf(given, { max: limits.recipients }),
    bcc: listOf(given, { max: limits.recipients }),
    mail_format: { ...oneOf('html', 'text'), default: 'html' },
    attachments: noted(listOf(input({ id: text }), { max: limits.attachments }), 'Files of /files.'),
    linked_record: noted(
      input({ module: input({ api_name: text }, { id: idGiven }), id: idGiven }),
      'Another record that it is about as well.',
    ),
  },
);
const address = named('MailAddress', shape({ user_name: orNull(text), email: text }));
const email = named(
  'Email',
  shape(
    {
      message_id: text,
      subject: text,
      from: address,
      to: listOf(address),
      cc: listOf(address),
      bcc: listOf(address),
      reply_to: orNull(address),
      owner: reference,
      source: text,
      sent: flag,
      read: flag,
      editable: flag,
      time,
      sent_time: orNull(time),
      status: listOf(shape({ type: oneOf('sent', 'scheduled', 'received') })),
      mail_format: oneOf('html', 'text'),
      has_attachment: flag,
      has_thread_attachment: flag,
      thread_id: anything,
      summary: anything,
      intent: anything,
      emotion: anything,
      sentiment_info: anything,
      activity_info: anything,
      linked_record: anything,
    },
    { content: text, attachments: listOf(shape({ id: text, name: text, size: text })) },
  ),
);
const fromAddress = named('FromAddress', shape({ email: text, type: text, id, user_name: text, default: flag }));
const info = shape({
  per_page: integer,
  count: integer,
  next_index: orNull(text),
  prev_index: orNull(text),
  more_records: flag,
});

const partsQuery = [
  { ...query('message_id', 'Id of the message.'), required: true },
  query('id', 'Only this part, as it is; without it all of them in a zip file.'),
  query('name', 'How the download is to be called.'),
  query('user_id', 'Who sent the mail.', id),
];
const parts = {
  query: partsQuery,
  answers: {
    200: { description: 'The part, or a zip file.', file: 'application/x-download' },
    204: { description: 'The mail has none.' },
  },
  errors: ['REQUIRED_PARAM_MISSING'],
} as const;

/** Mails to records. */
export const emailOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/{id}/actions/send_mail',
    scopes: anyOf(perModule('send_mail', 'CREATE'), fixed('ZohoCRM.send_mail.all.CREATE')),
    cost: { ...credits(20), heavy: true },
    handle: sendMail,
    about: {
      summary: 'Send a mail to a record',
      text: 'The mail goes into the outbox of the platform, where its operator reads it.',
      body: bodyWith('data', mail, 1),
      writes: {
        key: 'data',
        status: 200,
        details: shape({ message_id: text, blocked_email_addresses: listOf(anything) }),
      },
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/associate_email',
    scopes: moduleOr('emails', 'CREATE'),
    handle: associateMails,
    about: {
      summary: 'Associate mails with a record',
      text: 'Mails that were sent or received elsewhere become mails of the record. Nothing is delivered.',
      body: bodyWith('Emails', associated, mostAssociated),
      writes: { key: 'Emails', status: 200, details: shape({ message_id: text }) },
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: emails,
    scopes: readScopes,
    handle: listEmails,
    about: {
      summary: 'List the mails to a record',
      query: [query('index', 'next_index of the page before.', idGiven)],
      answers: found('Emails', email, { info }),
    },
  },
  {
    method: 'GET',
    path: `${emails}/{message}`,
    scopes: readScopes,
    handle: getEmail,
    about: { summary: 'Get a mail with its content', answers: always('Emails', email) },
  },
  {
    method: 'GET',
    path: `${emails}/actions/download_attachments`,
    scopes: readScopes,
    handle: downloadAttachments,
    about: { summary: 'Download the attachments of a mail', ...parts },
  },
  {
    method: 'GET',
    path: `${emails}/actions/download_inline_images`,
    scopes: readScopes,
    handle: downloadInlineImages,
    about: {
      summary: 'Download the pictures in the content of a mail',
      text: 'Its pictures are those that its HTML has in it as data; their ids are their numbers, from 1 on.',
      ...parts,
    },
  },
  {
    method: 'GET',
    path: 'settings/emails/actions/from_addresses',
    scopes: settings('emails', 'READ'),
    handle: listFromAddresses,
    about: {
      summary: 'List the addresses that a user may send from',
      query: [query('user_id', 'The user; none: the caller.', id)],
      answers: always('from_addresses', fromAddress),
    },
  },
];
