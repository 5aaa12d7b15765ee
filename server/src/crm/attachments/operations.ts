import type { Operation } from '../http/router.ts';
import { moduleOr } from '../operation-scopes.ts';
import {
  createAttachment,
  deleteAttachment,
  deleteAttachments,
  downloadAttachment,
  listAttachments,
} from './attachments.ts';

const attachments = '{module}/{id}/Attachments';
const scopesOf = (operation: 'READ' | 'CREATE' | 'DELETE') => moduleOr('attachments', operation);

/** Files and links on records (crm-api 7.7). */
export const attachmentOperations: readonly Operation[] = [
  { method: 'GET', path: attachments, scopes: scopesOf('READ'), handle: listAttachments },
  { method: 'POST', path: attachments, scopes: scopesOf('CREATE'), takesFiles: true, handle: createAttachment },
  { method: 'DELETE', path: attachments, scopes: scopesOf('DELETE'), handle: deleteAttachments },
  { method: 'GET', path: `${attachments}/{attachment}`, scopes: scopesOf('READ'), handle: downloadAttachment },
  { method: 'DELETE', path: `${attachments}/{attachment}`, scopes: scopesOf('DELETE'), handle: deleteAttachment },
];
