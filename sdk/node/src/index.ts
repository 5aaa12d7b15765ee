/** `@grantway/node`: OAuth for every client type, token stores, a CRM client. Stores with drivers and the guard are exports of their own. */

export { type DataCenter, type Environment, environments } from '../../common/data-centers/data-center.ts';
export { type CallbackPlace, DataCenters, type NamedOrigins } from '../../common/data-centers/data-centers.ts';
export { discoverDataCenters } from '../../common/data-centers/discover.ts';
export { zohoDataCenters } from '../../common/data-centers/zoho.ts';
export * from '../../common/errors.ts';
export type { Sending } from '../../common/http/send.ts';
export { type Callback, readCallback } from '../../common/oauth/callback.ts';
export type { BulkReadOptions } from './crm/bulk-read.ts';
export type { BulkWriteOptions, BulkWriteResult } from './crm/bulk-write.ts';
export type { CallOptions, CrmRequest } from './crm/call.ts';
export { CrmClient, type CrmOptions } from './crm/client.ts';
export { type CoqlQuery, type CoqlValue, coql, coqlName } from './crm/coql.ts';
export type { Download, Files } from './crm/files.ts';
export type { Metadata } from './crm/metadata.ts';
export type { FileContent, UploadFile } from './crm/multipart.ts';
export {
  type Channel,
  type Notification,
  type Notifications,
  notificationReceiver,
  type Receiver,
  type ReceiverOptions,
} from './crm/notifications.ts';
export type { Page, PageInfo } from './crm/paging.ts';
export type {
  CrmRecord,
  ListOptions,
  ModuleTypes,
  Records,
  SearchOptions,
  UpsertOptions,
  WriteOptions,
} from './crm/records.ts';
export type { RelatedList } from './crm/related.ts';
export type { Users } from './crm/users.ts';
export type { AuthorizationOptions, AuthorizationRequest } from './oauth/authorization-url.ts';
export { type ExchangeOptions, OAuthClient } from './oauth/client.ts';
export type { OAuthClientOptions } from './oauth/config.ts';
export type { DeviceAuthorization, DeviceOptions, PollOptions } from './oauth/device.ts';
export type { StoringOptions } from './oauth/new-row.ts';
export { challengeOf, unguessable } from './oauth/pkce.ts';
export { Session, type SessionRequest } from './oauth/session.ts';
export { encryptTokens } from './store/encrypted.ts';
export { MemoryTokenStore } from './store/memory.ts';
export type { RefreshLease, StoredToken, StoreOptions, TokenRow, TokenStore } from './store/token-store.ts';
