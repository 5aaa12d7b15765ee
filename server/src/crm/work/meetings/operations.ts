import { bodyWith } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { flag, id, input, noted, shape } from '../../kernel/schema.ts';
import { module } from '../../wire/scopes.ts';
import { cancelMeeting } from './cancel-meeting.ts';

/** What is done with meetings beside writing them. */
export const meetingOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/{id}/actions/cancel',
    scopes: module('UPDATE'),
    since: 3,
    handle: cancelMeeting,
    about: {
      summary: 'Cancel a meeting',
      text: 'The module is Events. The meeting stays, with `$event_cancelled` true.',
      body: bodyWith(
        'data',
        input({ send_cancelling_mail: noted(flag, 'Whether its participants are told by mail.') }),
        1,
      ),
      writes: { key: 'data', status: 200, details: shape({ id }) },
      errors: ['RECORD_LOCKED', 'NOT_ALLOWED'],
    },
  },
];
