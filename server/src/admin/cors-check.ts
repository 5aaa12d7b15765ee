import { environments } from '../config/data-centers.ts';
import { type CorsDiagnosis, diagnoseCors } from '../inspector/cors-doctor.ts';
import { findClient } from './clients.ts';
import type { AdminContext } from './context.ts';
import { badInput } from './failure.ts';
import { administered } from './users.ts';

export interface CorsCheckRequest {
  readonly dataCenter: string;
  readonly clientId: string;
  readonly origin: string;
  readonly method: string;
  /** Names, separated by commas. */
  readonly headers: string;
  readonly environment: string;
}

/**
 * What a browser does with a call of a page at `origin` with a token of the client, by the rule of the API itself.
 * @throws AdminFailure unknown data centre, client or environment
 */
export async function checkCors(context: AdminContext, request: CorsCheckRequest): Promise<CorsDiagnosis> {
  const { method, origin } = request;
  const { authority, dataCenter } = administered(context, request.dataCenter);
  const client = await findClient(context, request.clientId);
  const environment = environments.find((each) => each === request.environment);
  if (!environment) {
    throw badInput(
      `environment: expected one of ${environments.join(', ')}, got "${request.environment.slice(0, 50)}"`,
    );
  }
  const headers = request.headers.split(',');
  const question = { dataCenter, environment, client, origin, method, headers };
  return diagnoseCors(question, (came) => authority.allowsOrigin(came));
}
