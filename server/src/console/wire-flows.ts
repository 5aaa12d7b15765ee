import { type Static, Type } from 'typebox';
import { explained } from './wire-diagnosis.ts';

/** What the flow screens and the console's HTTP API say to each other. */
const time = Type.String({ format: 'date-time' });
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const texts = Type.Record(Type.String(), Type.String());

/** What a flow says of itself, without its steps. */
const head = {
  flowId: Type.String(),
  clientId: textOrNull,
  userId: textOrNull,
  startedAt: time,
  lastAt: time,
  outcome: Type.Union([Type.Literal('succeeded'), Type.Literal('failed')]),
  dataCenters: Type.Array(Type.String()),
};

/** A flow in a list. */
export const flowSummary = Type.Object({ ...head, steps: Type.Integer() });
/** GET /api/clients/{id}/flows and /api/administration/flows, newest first. */
export const flowList = Type.Object({
  flows: Type.Array(flowSummary),
  more: Type.Boolean(),
  /** Data centres that did not answer. */
  unreachable: Type.Array(Type.String()),
});

const answer = Type.Union([
  Type.Object({
    status: Type.Integer(),
    headers: Type.Optional(texts),
    body: Type.Optional(Type.String()),
    bytes: Type.Optional(Type.Integer()),
  }),
  Type.Null(),
]);

/** One step: a request and its answer, secrets masked. */
export const flowStep = Type.Object({
  eventId: Type.String(),
  at: time,
  dataCenter: Type.String(),
  component: Type.Union(
    (['accounts', 'api', 'content', 'console', 'admin'] as const).map((component) => Type.Literal(component)),
  ),
  caller: Type.Union([Type.Literal('browser'), Type.Literal('app')]),
  kind: Type.String(),
  outcome: Type.String(),
  failed: Type.Boolean(),
  injected: Type.Boolean(),
  times: Type.Integer(),
  requestId: textOrNull,
  clientId: textOrNull,
  userId: textOrNull,
  request: Type.Union([
    Type.Object({
      environment: Type.Optional(Type.String()),
      method: Type.String(),
      path: Type.String(),
      parameters: Type.Optional(texts),
      headers: Type.Optional(texts),
      bodyShape: Type.Optional(Type.String()),
      bodyBytes: Type.Optional(Type.Integer()),
    }),
    Type.Null(),
  ]),
  answer,
  detail: Type.Record(Type.String(), Type.Unknown()),
  explanation: Type.Union([explained, Type.Null()]),
});

/** GET /api/clients/{id}/flows/{flowId} and /api/administration/flows/{flowId}; by server-sent events at …/stream. */
export const flow = Type.Object({
  ...head,
  steps: Type.Array(flowStep),
  omitted: Type.Integer(),
  unreachable: Type.Array(Type.String()),
  /** Data centres with steps that the reader may not see. */
  hiddenIn: Type.Array(Type.String()),
});

const cameOut = Type.Union([
  Type.Object({ status: Type.Union([Type.Integer(), Type.Null()]), outcome: textOrNull }),
  Type.Null(),
]);

/**
 * POST …/flows/{flowId}/replay: the flow done again, part by part; on platforms with the lab, elsewhere 404. The time moves
 * on for operators only. 400 where nothing of it can be done again; 403 `OTHER_USER` where it needs grants of other users.
 */
export const flowReplay = Type.Object({
  flowId: Type.String(),
  /** No request came out otherwise than before. */
  same: Type.Boolean(),
  omitted: Type.Integer(),
  parts: Type.Array(
    Type.Object({
      /** Of the flow, from 1. */
      steps: Type.Array(Type.Integer()),
      do: Type.Union([Type.Literal('request'), Type.Literal('grant'), Type.Literal('omit')]),
      dataCenter: textOrNull,
      waitedMs: Type.Integer(),
      what: Type.String(),
      before: cameOut,
      now: cameOut,
      /** Null for what was not sent again. */
      same: Type.Union([Type.Boolean(), Type.Null()]),
      note: textOrNull,
      requestId: textOrNull,
      /** As they were recorded, secrets masked. */
      answers: Type.Object({ before: answer, now: answer }),
    }),
  ),
});
/** GET …/flows/{flowId}/test?runner: a test file that starts a platform of its own; on platforms with the lab. */
export const flowTest = Type.Object({ flowId: Type.String(), source: Type.String() });

export type FlowReplay = Static<typeof flowReplay>;
export type FlowTest = Static<typeof flowTest>;
export type FlowSummary = Static<typeof flowSummary>;
export type FlowList = Static<typeof flowList>;
export type Flow = Static<typeof flow>;
