import type { Area } from '../table.ts';
import { changeOwner, massDelete, massUpdate, notifications } from './actions.ts';
import { assignmentRules } from './assignment.ts';
import { attachments, files, photos, tagCalls } from './content.ts';
import { coql, recordCount, recordSearch } from './finding.ts';
import { auditLogExport, bulkRead } from './jobs.ts';
import { recordLocking } from './locks.ts';
import { customViews, features, fields, modules, organization, relatedLists } from './metadata.ts';
import { roleCalls, userCalls } from './people.ts';
import { records } from './records.ts';
import { territoryCalls } from './territories.ts';

/** The calls of every contract document. */
export const areas: readonly Area[] = [
  ...[records, recordSearch, recordCount, coql],
  ...[modules, fields, relatedLists, customViews, features, organization],
  ...[userCalls, roleCalls],
  ...[attachments, photos, files, tagCalls],
  ...[bulkRead, auditLogExport, changeOwner, massUpdate, massDelete, notifications, recordLocking],
  territoryCalls,
  assignmentRules,
];
