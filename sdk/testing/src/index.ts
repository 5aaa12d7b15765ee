export type {
  Client,
  ClientType,
  Code,
  CodeOrder,
  GrantOrder,
  NewClient,
  NewUser,
  Tokens,
  User,
} from './accounts.ts';
export { Admin } from './admin.ts';
export { Clock, type ClockReading } from './clock.ts';
export { TestPlatformError } from './errors.ts';
export { type ExpectedStep, expectFlow, type FlowExpectation } from './expect-flow.ts';
export { type Fault, type FaultAction, type FaultScope, Faults } from './faults.ts';
export { type AppliedFixture, type AppliedGrant, Fixtures } from './fixtures.ts';
export { type Flow, type FlowFilter, type FlowRequest, type FlowStep, Flows } from './flows.ts';
export type { Origins } from './host/host.ts';
export { Snapshots } from './snapshots.ts';
export { Platform, type PlatformOptions, startPlatform } from './start-platform.ts';
