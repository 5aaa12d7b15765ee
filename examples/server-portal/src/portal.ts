import type { BrowserCookie } from '../../shared/browser-cookie.ts';
import type { SampleOptions } from '../../shared/platform.ts';
import type { Browsers } from './browsers.ts';
import type { PortalDatabase } from './database.ts';
import type { PortalOAuth } from './oauth.ts';

/** Everything that the portal's routes work with. */
export interface Portal {
  readonly options: SampleOptions;
  readonly database: PortalDatabase;
  readonly cookie: BrowserCookie;
  readonly browsers: Browsers;
  readonly oauth: PortalOAuth;
}
