import type { Environment } from '../../../config/data-centers.ts';
import { idOf } from '../ids.ts';
import { metadataFor } from '../metadata/customized-metadata.ts';
import type { Metadata, Module } from '../metadata/metadata.ts';
import { hasOldNames, metadataIn } from '../metadata/version-metadata.ts';
import type { Version } from '../versions.ts';
import type { AssignmentRule } from './assignment-rule.ts';
import type { Pipeline } from './pipeline.ts';
import type { Setting, SettingArea, Settings } from './setting.ts';
import type { Territory } from './territory.ts';

/** The facts of an organization that people may change, with what a new one starts with. */
export const defaultOrganizationSettings = {
  timeZone: 'America/Los_Angeles',
  currency: 'US Dollar - USD',
  currencySymbol: '$',
  currencyLocale: 'USD',
  isoCode: 'USD',
  countryCode: 'US',
  /** Whether records belong to territories. */
  territories: true,
};
export type OrganizationSettings = typeof defaultOrganizationSettings & {
  /** The file of its picture. */
  readonly photoFileId?: string | null;
};

export interface UserSettings {
  /** IANA name; null: the organization's. */
  readonly timeZone: string | null;
  readonly locale: string;
  readonly language: string;
  readonly country: string;
  /** What else is told of a user, by its names on the wire; what is not said is absent. */
  readonly about?: Readonly<Record<string, string>>;
}
export const defaultUserSettings: UserSettings = { timeZone: null, locale: 'en_US', language: 'en_US', country: 'US' };

export interface CrmUser {
  readonly id: string;
  readonly zuid: string | null;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly fullName: string;
  readonly role: Role;
  readonly profile: Profile;
  readonly status: 'active' | 'disabled' | 'deleted';
  readonly confirmed: boolean;
  readonly settings: UserSettings;
  readonly timeZone: string;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly modifiedBy: string;
  readonly modifiedAtMs: number;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly reportsTo: string | null;
  /** Users with this role see each other's records. */
  readonly shareWithPeers: boolean;
  readonly description: string | null;
}

export interface Profile {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly custom: boolean;
  /** Names of the permissions that it lacks. */
  readonly denied: ReadonlySet<string>;
}

export interface Tag {
  readonly id: string;
  /** The module's number. */
  readonly module: number;
  readonly name: string;
  readonly colorCode: string | null;
}

/** What a Space is made of: a snapshot of the data space's small tables. */
export interface SpaceContents {
  readonly dataSpace: number;
  readonly organizationId: string;
  readonly environment: Environment;
  readonly name: string;
  readonly zgid: string;
  readonly settings: OrganizationSettings;
  readonly createdAtMs: number;
  readonly users: readonly CrmUser[];
  readonly roles: readonly Role[];
  readonly profiles: readonly Profile[];
  readonly tags: readonly Tag[];
  readonly territories: readonly Territory[];
  readonly pipelines: readonly Pipeline[];
  readonly assignmentRules: readonly AssignmentRule[];
  readonly lists: Settings;
  readonly metadata: Metadata;
}

/** One environment of one organization, as every call needs it: users, profiles and metadata, all in memory. */
export class Space {
  readonly contents: SpaceContents;
  readonly dataSpace: number;
  readonly metadata: Metadata;
  readonly #byId: ReadonlyMap<string, CrmUser>;
  readonly #byZuid = new Map<string, CrmUser>();
  readonly #tags: ReadonlyMap<string, Tag>;
  /** The space as profiles see it that do not see everything. */
  readonly #seenBy = new Map<string, Space>();
  readonly #territories: ReadonlyMap<string, Territory>;
  /** The space in the words of the newest version: itself, unless `inVersion` made it. */
  readonly #newest: Space;
  readonly #inVersion = new Map<string, Space>();

  constructor(contents: SpaceContents, newest?: Space) {
    this.#newest = newest ?? this;
    this.contents = contents;
    this.dataSpace = contents.dataSpace;
    this.metadata = contents.metadata;
    this.#byId = new Map(contents.users.map((user) => [user.id, user]));
    this.#tags = new Map(contents.tags.map((tag) => [tag.id, tag]));
    this.#territories = new Map(contents.territories.map((territory) => [territory.id, territory]));
    for (const user of contents.users) if (user.zuid !== null) this.#byZuid.set(user.zuid, user);
  }

  /** The space as a profile sees it: without the fields that are hidden from it (crm-api 7.2, `profiles`). */
  seenBy({ id }: Profile): Space {
    let seen = this.#seenBy.get(id);
    if (!seen) {
      const metadata = metadataFor(this.metadata, id);
      seen = metadata === this.metadata ? this : new Space({ ...this.contents, metadata });
      this.#seenBy.set(id, seen);
    }
    return seen;
  }

  /** The space in the words of a version of the API, whatever version it is in (crm-api 2.3). */
  inVersion(version: Version): Space {
    const newest = this.#newest;
    if (!hasOldNames(version)) return newest;
    let translated = newest.#inVersion.get(version.name);
    if (!translated) {
      const metadata = metadataIn(version, newest.metadata);
      translated = new Space({ ...newest.contents, metadata }, newest);
      newest.#inVersion.set(version.name, translated);
    }
    return translated;
  }

  user(id: string): CrmUser | undefined {
    return this.#byId.get(id);
  }

  userOfAccount(zuid: string): CrmUser | undefined {
    return this.#byZuid.get(zuid);
  }

  tag(id: string): Tag | undefined {
    return this.#tags.get(id);
  }

  territory(id: string): Territory | undefined {
    return this.#territories.get(id);
  }

  /** What the organization has set up in an area, in the order of its ids; about one module, when its number is given. */
  list<Area extends SettingArea>(area: Area, module?: number): readonly Setting<Area>[] {
    const items: readonly Setting<Area>[] = this.contents.lists[area] ?? [];
    return module === undefined ? items : items.filter((each) => each.module === module);
  }

  /** The id of something whose sequence number is the same in every data space. */
  id(sequence: number): string {
    return idOf(this.dataSpace, sequence);
  }

  moduleId(module: Module): string {
    return idOf(this.dataSpace, module.number);
  }
}
