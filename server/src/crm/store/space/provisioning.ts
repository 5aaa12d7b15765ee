import { type Environment, environments } from '../../../config/data-centers.ts';
import { notifyChanges } from '../../../database/change-notices.ts';
import type { Queryable } from '../../../database/database.ts';
import { foldEmailAddress } from '../../../foundation/email-address.ts';
import { UsableFailure } from '../../../foundation/failure.ts';
import { idOf, idPrefixRange, systemIds } from '../../kernel/ids.ts';
import { administration } from '../../kernel/permissions.ts';
import {
  defaultOrganizationSettings,
  defaultUserSettings,
  type OrganizationSettings,
} from '../../kernel/space/space.ts';
import { spaceTopic } from './space-cache.ts';

/** A user of the accounts server who becomes a user of the CRM. */
export interface NewCrmUser {
  /** The user's id in the data centre where the user lives (ZUID), a decimal string. */
  readonly userId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface NewOrganization {
  readonly organizationName: string;
  readonly owner: NewCrmUser;
  /** One 7-digit number for production, sandbox and developer each; no other data space of the platform has it. */
  readonly idPrefixes: readonly number[];
  readonly nowMs: number;
  /** Time zone, currency and the like; the rest has defaults. */
  readonly settings?: Partial<OrganizationSettings>;
}

export interface CreatedEnvironment {
  readonly environment: Environment;
  /** The data space: the prefix of all ids in it. */
  readonly idPrefix: number;
  readonly zgid: string;
  /** The owner's id in this environment. */
  readonly ownerId: string;
}

export interface CreatedOrganization {
  readonly organizationId: string;
  readonly environments: readonly CreatedEnvironment[];
}

const zgidOf = (idPrefix: number) => `60${idPrefix}`;

/**
 * Creates an organization with its three environments, its owner as administrator, and system data only: roles CEO and
 * Manager, profiles Administrator and Standard. All in the caller's transaction, with five statements.
 * @throws UsableFailure when there are not three different prefixes in range.
 */
export async function createOrganization(
  transaction: Queryable,
  organization: NewOrganization,
): Promise<CreatedOrganization> {
  const { owner, idPrefixes, nowMs } = organization;
  checkPrefixes(idPrefixes);
  const organizationId = zgidOf(idPrefixes[0] as number);
  const created = environments.map((environment, index): CreatedEnvironment => {
    const idPrefix = idPrefixes[index] as number;
    return { environment, idPrefix, zgid: zgidOf(idPrefix), ownerId: idOf(idPrefix, systemIds.firstRecord) };
  });
  const prefixes = created.map((each) => each.idPrefix);
  await transaction.query({
    text: 'INSERT INTO crm_organization (organization_id, name, created_at_ms) VALUES ($1, $2, $3)',
    values: [organizationId, organization.organizationName, nowMs],
  });
  await transaction.query({
    text: `INSERT INTO crm_data_space (data_space, organization_id, environment, zgid, next_sequence, settings,
                                       created_at_ms, modified_at_ms)
           SELECT data_space, $4, environment, zgid, $5, $6, $7, $7
           FROM unnest($1::integer[], $2::text[], $3::bigint[]) AS space (data_space, environment, zgid)`,
    values: [
      prefixes,
      created.map((each) => each.environment),
      created.map((each) => each.zgid),
      organizationId,
      systemIds.firstRecord + 1,
      JSON.stringify({ ...defaultOrganizationSettings, ...organization.settings }),
      nowMs,
    ],
  });
  await transaction.query({
    text: `INSERT INTO crm_role (data_space, role_id, name, reports_to, description, created_at_ms, modified_at_ms)
           SELECT data_space, data_space * 1000000000000::bigint + role.sequence, role.name,
                  data_space * 1000000000000::bigint + role.reports_to, role.description, $2, $2
           FROM unnest($1::integer[]) AS data_space,
                (VALUES (${systemIds.roleCeo}, 'CEO', NULL::integer, 'Users with this role have access to the data owned by all other users.'),
                        (${systemIds.roleManager}, 'Manager', ${systemIds.roleCeo}, 'Users belonging to this role cannot see data for admin users.'))
                  AS role (sequence, name, reports_to, description)`,
    values: [prefixes, nowMs],
  });
  await transaction.query({
    text: `INSERT INTO crm_profile (data_space, profile_id, name, description, custom, denied_permissions, created_at_ms,
                                    modified_at_ms)
           SELECT data_space, data_space * 1000000000000::bigint + profile.sequence, profile.name, profile.description,
                  false, CASE WHEN profile.sequence = ${systemIds.profileStandard} THEN $3::text[] ELSE '{}' END, $2, $2
           FROM unnest($1::integer[]) AS data_space,
                (VALUES (${systemIds.profileAdministrator}, 'Administrator', 'This profile will have all the permissions. Users with Administrator profile will be able to view and manage all the data within the organization account by default.'),
                        (${systemIds.profileStandard}, 'Standard', 'This profile will have all the permissions except administrative privileges.'))
                  AS profile (sequence, name, description)`,
    values: [prefixes, nowMs, administration],
  });
  await insertUsers(
    transaction,
    owner,
    created.map((each) => ({
      dataSpace: each.idPrefix,
      userId: each.ownerId,
      createdBy: each.ownerId,
      roleId: idOf(each.idPrefix, systemIds.roleCeo),
      profileId: idOf(each.idPrefix, systemIds.profileAdministrator),
    })),
    nowMs,
  );
  return { organizationId, environments: created };
}

export interface AddedUser {
  readonly environment: Environment;
  readonly userId: string;
}

/**
 * Adds a user to the three environments of an organization, in the caller's transaction.
 * @returns the user's id in each environment.
 * @throws UsableFailure when the organization does not exist.
 */
export async function addUser(
  transaction: Queryable,
  addition: {
    readonly organizationId: string;
    readonly user: NewCrmUser;
    readonly role?: 'CEO' | 'Manager';
    readonly profile?: 'Administrator' | 'Standard';
    readonly nowMs: number;
  },
): Promise<AddedUser[]> {
  const { organizationId, user, role = 'Manager', profile = 'Standard', nowMs } = addition;
  const spaces = await transaction.query<{ data_space: number; environment: Environment; sequence: string }>({
    text: `UPDATE crm_data_space SET next_sequence = next_sequence + 1 WHERE organization_id = $1
           RETURNING data_space, environment, next_sequence - 1 AS sequence`,
    values: [organizationId],
  });
  if (spaces.length === 0) throw new UsableFailure(`there is no organization ${organizationId} in this data centre`);
  const added = spaces.map((space) => ({
    dataSpace: space.data_space,
    environment: space.environment,
    userId: idOf(space.data_space, Number(space.sequence)),
    createdBy: idOf(space.data_space, systemIds.firstRecord),
    roleId: idOf(space.data_space, role === 'CEO' ? systemIds.roleCeo : systemIds.roleManager),
    profileId: idOf(
      space.data_space,
      profile === 'Administrator' ? systemIds.profileAdministrator : systemIds.profileStandard,
    ),
  }));
  const places = await takeInvitedPlaces(transaction, user, added, nowMs);
  await insertUsers(
    transaction,
    user,
    added.filter(({ dataSpace }) => !places.has(dataSpace)),
    nowMs,
  );
  await notifyChanges(
    transaction,
    added.map((each) => `${spaceTopic}:${each.dataSpace}`),
  );
  return added.map(({ dataSpace, environment, userId }) => ({
    environment,
    userId: places.get(dataSpace) ?? userId,
  }));
}

/**
 * Gives the places of users who were added by the API, and are unconfirmed since, to the account with their address;
 * role and profile stay as they were given.
 * @returns the users' ids by data space.
 */
async function takeInvitedPlaces(
  transaction: Queryable,
  user: NewCrmUser,
  places: readonly UserPlace[],
  nowMs: number,
): Promise<ReadonlyMap<number, string>> {
  const dataSpaces = places.map(({ dataSpace }) => dataSpace);
  const free = "data_space = ANY ($1::integer[]) AND zuid IS NULL AND NOT confirmed AND status <> 'deleted'";
  const waiting = await transaction.query<{ email: string }>({
    text: `SELECT DISTINCT email FROM crm_user WHERE ${free}`,
    values: [dataSpaces],
  });
  const folded = foldEmailAddress(user.email);
  const spellings = waiting.map(({ email }) => email).filter((email) => foldEmailAddress(email) === folded);
  if (spellings.length === 0) return new Map();
  const rows = await transaction.query<{ data_space: number; user_id: string }>({
    text: `UPDATE crm_user SET zuid = $2, confirmed = true, modified_at_ms = $4
           WHERE ${free} AND email = ANY ($3) RETURNING data_space, user_id`,
    values: [dataSpaces, user.userId, spellings, nowMs],
  });
  return new Map(rows.map((row) => [row.data_space, row.user_id]));
}

interface UserPlace {
  readonly dataSpace: number;
  readonly userId: string;
  readonly createdBy: string;
  readonly roleId: string;
  readonly profileId: string;
}

async function insertUsers(
  transaction: Queryable,
  user: NewCrmUser,
  places: readonly UserPlace[],
  nowMs: number,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_user (data_space, user_id, zuid, email, first_name, last_name, role_id, profile_id, status,
                                 confirmed, settings, created_by, created_at_ms, modified_by, modified_at_ms)
           SELECT data_space, user_id, $6, $7, $8, $9, role_id, profile_id, 'active', true, $10, created_by, $11,
                  created_by, $11
           FROM unnest($1::integer[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
                  AS place (data_space, user_id, created_by, role_id, profile_id)`,
    values: [
      places.map((place) => place.dataSpace),
      places.map((place) => place.userId),
      places.map((place) => place.createdBy),
      places.map((place) => place.roleId),
      places.map((place) => place.profileId),
      user.userId,
      user.email,
      user.firstName,
      user.lastName,
      JSON.stringify(defaultUserSettings),
      nowMs,
    ],
  });
}

function checkPrefixes(idPrefixes: readonly number[]): void {
  const { lowest, highest } = idPrefixRange;
  const inRange = idPrefixes.every((prefix) => Number.isInteger(prefix) && prefix >= lowest && prefix <= highest);
  if (idPrefixes.length !== environments.length || new Set(idPrefixes).size !== environments.length || !inRange) {
    throw new UsableFailure(
      `expected ${environments.length} different id prefixes from ${lowest} to ${highest} for an organization, ` +
        `got ${idPrefixes.join(', ')}`,
    );
  }
}
