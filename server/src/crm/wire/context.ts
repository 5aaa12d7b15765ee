import { apiOrigin, type DataCenter, type Environment } from '../../config/data-centers.ts';
import type { Settings } from '../../config/settings.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Random } from '../../foundation/random.ts';
import type { Intercept } from '../../http/app.ts';
import type { Log } from '../../http/log.ts';
import type { EventRecorder } from '../../inspector/events.ts';
import type { ScopeCatalogue } from '../../oauth/scopes.ts';
import type { TokenAuthority } from '../../oauth/token-authority.ts';
import type { CrmStore } from '../kernel/store.ts';

/** What one API listener is made of: one environment of one data centre. */
export interface CrmContext {
  /** The listener of the content origin: it takes uploads, for the environment that the token is bound to. */
  readonly content?: true;
  readonly dataCenter: DataCenter;
  readonly environment: Environment;
  /** Shared with the listeners of the other environments. */
  readonly store: CrmStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly authority: TokenAuthority;
  readonly scopes: ScopeCatalogue;
  readonly events: EventRecorder;
  readonly settings: Settings;
  /** Only on a platform with the lab. */
  readonly intercept?: Intercept | undefined;
}

/** The origin of the listener. */
export function ownOrigin({
  content,
  dataCenter,
  environment,
}: Pick<CrmContext, 'content' | 'dataCenter' | 'environment'>): string {
  return content ? dataCenter.origins.content : apiOrigin(dataCenter, environment);
}
