import type { OutsideProviders } from '../accounts/outside/providers.ts';
import type { PasswordRules } from '../accounts/password-rules.ts';
import type { PresentedTokens } from '../accounts/signing/presented-tokens.ts';
import type { SigningKeys } from '../accounts/signing/signing-keys.ts';
import type { TokenStore } from '../accounts/store/token-store.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { DataCenter, Topology } from '../config/data-centers.ts';
import type { Settings } from '../config/settings.ts';
import type { CrmStore } from '../crm/kernel/store.ts';
import type { ChangeNotices } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import type { ClientDirectory } from '../directory/clients.ts';
import type { HomeIndex } from '../directory/home-index.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Random } from '../foundation/random.ts';
import type { Log } from '../http/log.ts';
import type { EventRecorder } from '../inspector/events.ts';
import type { ScopeCatalogue } from '../oauth/scopes.ts';
import type { CredentialSlots } from '../oauth/slots.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';

/** One data centre that this process runs, as the admin API needs it. */
export interface AdministeredDataCenter {
  readonly dataCenter: DataCenter;
  readonly database: Database;
  readonly notices: ChangeNotices;
  readonly authority: TokenAuthority;
  readonly events: EventRecorder;
  readonly audit: AuditLog;
  readonly signingKeys: SigningKeys;
  readonly presented: PresentedTokens;
  readonly tokens: TokenStore;
  readonly outsideProviders: OutsideProviders;
  readonly crm: CrmStore;
}

/** Who does what is done, where it is not the operator of the platform: a user of the console. */
export interface Actor {
  /** `owner`: with what is the user's own. */
  readonly role: 'operator' | 'owner';
  readonly userId: string;
}

/** Everything the admin API works with. */
export interface AdminContext {
  /** For the events; default: whoever runs the platform, by the command line. */
  readonly actor?: Actor;
  readonly adminToken: string;
  readonly topology: Topology;
  readonly settings: Settings;
  readonly scopes: ScopeCatalogue;
  readonly directory: Database;
  readonly clients: ClientDirectory;
  readonly homeIndex: HomeIndex;
  readonly passwordRules: PasswordRules;
  readonly dataCenters: ReadonlyMap<string, AdministeredDataCenter>;
  readonly clock: Clock;
  readonly random: Random;
  readonly slots: CredentialSlots;
  readonly log: Log;
}
