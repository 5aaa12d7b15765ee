import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as sdk from '@zohocrm/typescript-sdk-8.0';

/** The origins of the data centre that the SDK is pointed at. */
export interface Place {
  readonly api: string;
  readonly accounts: string;
  readonly content: string;
}

/** Where the SDK keeps its tokens and field metadata; one folder for each user of it. */
export class SdkFolder {
  readonly path: string;
  readonly tokenFile: string;

  constructor(path: string) {
    this.path = path;
    this.tokenFile = join(path, 'tokens.csv');
    mkdirSync(path, { recursive: true });
  }

  /** The stored tokens, by the names of the file's first line. */
  tokens(): Record<string, string>[] {
    const [header = '', ...lines] = readFileSync(this.tokenFile, 'utf8').trim().split('\n');
    const names = header.split(',');
    return lines.map((line) => Object.fromEntries(line.split(',').map((value, index) => [names[index], value])));
  }

  /** Makes every stored access token look expired, so that the next call refreshes it. */
  expireTokens(): void {
    const [header = '', ...lines] = readFileSync(this.tokenFile, 'utf8').trim().split('\n');
    const column = header.split(',').indexOf('expiry_time');
    const expired = lines.map((line) => line.split(',').with(column, '1').join(','));
    writeFileSync(this.tokenFile, `${[header, ...expired].join('\n')}\n`);
  }
}

/** Points the SDK (which is one for the whole process) at a place, with credentials as its documentation shows it. */
export async function initialize(
  place: Place,
  folder: SdkFolder,
  credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly code?: string;
    readonly refreshToken?: string;
    readonly redirectUri?: string;
  },
): Promise<void> {
  const token = new sdk.OAuthBuilder().clientId(credentials.clientId).clientSecret(credentials.clientSecret);
  if (credentials.code !== undefined) token.grantToken(credentials.code);
  if (credentials.refreshToken !== undefined) token.refreshToken(credentials.refreshToken);
  if (credentials.redirectUri !== undefined) token.redirectURL(credentials.redirectUri);
  const environment = sdk.DataCenter.setEnvironment(place.api, `${place.accounts}/oauth/v2/token`, place.content);
  // Its constructor answers with a promise, which its types do not say.
  const builder = await (new sdk.InitializeBuilder() as unknown as Promise<sdk.InitializeBuilder>);
  await builder
    .environment(environment)
    .token(token.build())
    .store(new sdk.FileStore(folder.tokenFile))
    .SDKConfig(new sdk.SDKConfigBuilder().pickListValidation(true).build())
    .resourcePath(`${folder.path}/`)
    .initialize();
}

/** What a call brought: the model objects of the SDK, made plain. */
export interface Answer {
  readonly status: number;
  readonly kind: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly value: any;
}

/** The SDK's answer with its class's name; members of its models keep their wire names. */
export function plain(response: sdk.APIResponse): Answer {
  const object = response.getObject();
  return { status: response.getStatusCode(), kind: object?.constructor?.name ?? 'nothing', value: toPlain(object) };
}

function toPlain(value: unknown): unknown {
  if (value instanceof sdk.Choice) return value.getValue();
  if (value instanceof Date || Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, each]) => [key, toPlain(each)]));
  if ('keyValues' in value) return toPlain(value.keyValues);
  const members = Object.entries(value).filter(([name]) => name !== 'keyModified');
  return Object.fromEntries(members.map(([name, each]) => [name, toPlain(each)]));
}

/** A record of the SDK with these values, by API name. */
export function record(values: Readonly<Record<string, unknown>>): sdk.Record.Record {
  const fresh = new sdk.Record.Record();
  for (const [name, value] of Object.entries(values)) fresh.addKeyValue(name, value);
  return fresh;
}

export function records(module: string) {
  return new sdk.Record.RecordOperations(module);
}

export function bodyOf(...values: readonly sdk.Record.Record[]): sdk.Record.BodyWrapper {
  const body = new sdk.Record.BodyWrapper();
  body.setData([...values]);
  return body;
}

/** A model of the SDK with these members, each by the name of its setter: `{ NoteTitle: 'x' }` calls `setNoteTitle`. */
export function filled<Model extends object>(model: Model, members: Readonly<Record<string, unknown>>): Model {
  const setters = model as Readonly<Record<string, ((value: unknown) => void) | undefined>>;
  for (const [name, value] of Object.entries(members)) {
    const set = setters[`set${name}`];
    if (!set) throw new Error(`${model.constructor.name} has no set${name}`);
    set.call(model, value);
  }
  return model;
}

export async function parametersOf(...pairs: readonly (readonly [unknown, unknown])[]): Promise<sdk.ParameterMap> {
  const map = new sdk.ParameterMap();
  for (const [parameter, value] of pairs) await map.add(parameter as sdk.Param<unknown>, value);
  return map;
}

/** What a call brought. */
export async function answerOf(response: Promise<sdk.APIResponse>): Promise<Answer> {
  return plain(await response);
}

/** The id of the record that an answer says was added. */
export function createdId({ status, value }: Answer): bigint {
  const [item] = value.data;
  if (status !== 201 || item.code !== 'SUCCESS') throw new Error(`${status} ${item.code} ${item.message}`);
  return BigInt(item.details.id);
}

/** A file for uploads, as the SDK takes it: from the disk. */
export function fileOf(folder: SdkFolder, name: string, content: string | Buffer): sdk.StreamWrapper {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return new sdk.StreamWrapper(undefined, undefined, path);
}

/** What a write answers for an item that went well. */
export function written(message: string, details: unknown) {
  return { code: 'SUCCESS', details, message, status: 'success' };
}
