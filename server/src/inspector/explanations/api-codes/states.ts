import type { Explanations } from '../explanation.ts';
import { openApi } from './open-api.ts';

/** Records, users and settings in a state that does not allow it. */
export const stateCodes: Explanations = {
  ALREADY_MODIFIED: {
    expected: 'a record that was not changed after If-Unmodified-Since',
    came: 'a change after that[[: {details.modified_time}]]',
    rule: 'RFC 9110 §13.1.4',
    mend: 'Read the record again, put the change on top of it, and send its new Modified_Time.',
    setting: 'records',
  },
  CANNOT_PROCESS: {
    expected: 'a state of things that allows it',
    came: '[[{details.reason}||{details}||another one]]',
    rule: openApi,
    mend: 'Change what stands in the way first, such as another administrator or an heir for the role.',
  },
  ID_ALREADY_DEACTIVATED: {
    expected: 'an active user',
    came: 'one who is disabled already',
    rule: openApi,
    mend: 'Nothing is left to do.',
  },
  ID_ALREADY_ACTIVE: {
    expected: 'a disabled user',
    came: 'one who is active already',
    rule: openApi,
    mend: 'Nothing is left to do.',
  },
  CANNOT_UPDATE_DELETED_USER: {
    expected: 'a user who is not deleted',
    came: 'a deleted one',
    rule: openApi,
    mend: 'Add the user anew.',
    setting: 'people',
  },
  ID_ALREADY_CONVERTED: {
    expected: 'a record that was not converted',
    came: '[[the record {details.id}||one]] that was',
    rule: openApi,
    mend: 'Go on with the records that the conversion made.',
    setting: 'records',
  },
  ALREADY_ENABLED: {
    expected: 'an organization with its home currency only',
    came: 'one that has several currencies',
    rule: openApi,
    mend: 'Add currencies with POST /org/currencies.',
  },
  NOT_ALLOWED: {
    expected: '[[{details.json_path}||a value, record or setting]] in a state that allows it',
    came: '[[the record {details.id}||a change]] that other things stand in the way of',
    rule: openApi,
    mend: 'Read the message: it says what stands in the way.',
  },
  RECORD_LOCKED: {
    expected: 'a record without a lock',
    came: '[[the record {details.id}||one]] that is locked',
    rule: 'docs/crm.md, "What is there" (record locks)',
    mend: 'Let whoever may unlock it do so (DELETE …/actions/locking_information), then write.',
    setting: 'records',
  },
  NOT_APPROVED: {
    expected: 'an approved record',
    came: 'one that waits for approval',
    rule: openApi,
    mend: 'Send "$approved": true with the update, or let it be approved first.',
    setting: 'records',
  },
  RECORD_IN_BLUEPRINT: {
    expected: 'a change that leaves the state of the record alone',
    came: '[[another value for {details.api_name}||another state]]',
    rule: 'docs/operating.md, "Blueprints"',
    mend: 'Ask GET …/actions/blueprint for the transitions, and perform one by PUT.',
    setting: 'records',
  },
  RECORD_NOT_IN_PROCESS: {
    expected: 'a record that stands in a blueprint',
    came: '[[the record {details.id}||one]] in none',
    rule: 'docs/operating.md, "Blueprints"',
    mend: 'Define a blueprint for the module (grantway crm blueprint), or change the field by an ordinary update.',
    setting: 'records',
  },
  ALREADY_USED: {
    expected: 'something that nothing uses',
    came: '[[{details.id}||one]] that is in use',
    rule: openApi,
    mend: 'Ask for its associations, and end them first.',
  },
  ALREADY_LOCKED: {
    expected: 'a record without a lock',
    came: 'one that is locked already',
    rule: 'docs/crm.md, "What is there" (record locks)',
    mend: 'Change the lock that is there (PUT), or unlock the record first.',
  },
  ROLLBACK_PERFORMED: {
    expected: 'sub-requests that all succeed, because rollback_on_fail is set',
    came: 'the failure of [[{details.sub_request_id}||another one]]',
    rule: openApi,
    mend: 'Correct the sub-request that failed and send all of them again.',
  },
  PROCESSING_STOPPED: {
    expected: 'sub-requests that succeed before this one',
    came: 'the failure of an earlier one',
    rule: openApi,
    mend: 'Correct the sub-request that failed and send the rest again.',
  },
};
