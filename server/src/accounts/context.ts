import type { DataCenter, Environment, Topology } from '../config/data-centers.ts';
import type { Settings } from '../config/settings.ts';
import type { ChangeNotices } from '../database/change-notices.ts';
import type { Database } from '../database/database.ts';
import type { ClientDirectory } from '../directory/clients.ts';
import type { HomeIndex } from '../directory/home-index.ts';
import type { Clock } from '../foundation/clock.ts';
import type { Random } from '../foundation/random.ts';
import type { Intercept } from '../http/app.ts';
import type { Log } from '../http/log.ts';
import type { EventRecorder } from '../inspector/events.ts';
import type { OrganizationId, UserId } from '../oauth/ids.ts';
import type { ScopeCatalogue } from '../oauth/scopes.ts';
import type { CredentialSlots } from '../oauth/slots.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import type { AttemptCounter } from './attempts.ts';
import type { OutsideProviders } from './outside/providers.ts';
import type { Pages } from './pages/pages.ts';
import type { PasswordRules } from './password-rules.ts';
import type { PresentedTokens } from './signing/presented-tokens.ts';
import type { SigningKeys } from './signing/signing-keys.ts';
import type { CredentialFinder } from './store/credential-finder.ts';
import type { DeviceRequests } from './store/device-requests.ts';
import type { Proofs } from './store/proofs.ts';
import type { TokenStore } from './store/token-store.ts';
import type { NewUser } from './users.ts';

/** An organization that a user belongs to, with its data spaces; the accounts server learns it from the resource server. */
export interface UserOrganization {
  readonly organizationId: OrganizationId;
  readonly name: string;
  /** The user administers it. */
  readonly administrator: boolean;
  /** Its data spaces with their organization ids on the wire. */
  readonly environments: readonly { readonly environment: Environment; readonly zgid: string }[];
}

/** The one question that the accounts server asks of a resource server. */
export interface OrganizationDirectory {
  listForUser(userId: UserId): Promise<readonly UserOrganization[]>;
}

/** Keys derived from the platform's secret key, one for each purpose. */
export interface AccountsKeys {
  /** Form tokens against cross-site request forgery. */
  readonly forms: Buffer;
  /** The sign-in name between the two steps of a sign-in, and between two data centres. */
  readonly signIn: Buffer;
  /** Successors of refresh tokens, which are derived from the one before them. */
  readonly refresh: Buffer;
  /** Seals the secrets of authenticator apps. */
  readonly factors: Buffer;
}

/** Everything that the accounts server of one data centre works with. */
export interface AccountsContext {
  readonly dataCenter: DataCenter;
  readonly topology: Topology;
  readonly settings: Settings;
  readonly scopes: ScopeCatalogue;
  readonly database: Database;
  /** Tells this process, and by way of the database the others, what changed. */
  readonly notices: ChangeNotices;
  readonly clients: ClientDirectory;
  readonly homeIndex: HomeIndex;
  readonly passwordRules: PasswordRules;
  readonly deviceRequests: DeviceRequests;
  readonly organizations: OrganizationDirectory;
  readonly tokens: TokenStore;
  /** For explanations: which other data centre knows a code or token. */
  readonly credentials: CredentialFinder;
  /** What resource servers of this process ask: which access tokens live, and for what. */
  readonly authority: TokenAuthority;
  readonly signingKeys: SigningKeys;
  /** Finds the stored form of tokens that come. */
  readonly presented: PresentedTokens;
  /** Proofs of possession, and their nonces. */
  readonly proofs: Proofs;
  /** Makes a user with an organization; undefined when somebody has that address. */
  readonly newUser: (user: NewUser, organization: string) => Promise<UserId | undefined>;
  readonly outsideProviders: OutsideProviders;
  readonly attempts: AttemptCounter;
  readonly pages: Pages;
  readonly keys: AccountsKeys;
  readonly clock: Clock;
  readonly random: Random;
  /** Makes credentials that carry the slot of their user. */
  readonly slots: CredentialSlots;
  readonly log: Log;
  readonly events: EventRecorder;
  /** Probes, metrics, and on a platform with the lab its faults. */
  readonly intercept?: Intercept | undefined;
}
