import { randomUUID } from 'node:crypto';
import { multipart } from '../../crm/testing/multipart.ts';
import { zipOf } from '../../crm/work/bulk/testing/zips.ts';

/** Where calls go, and with what. */
export interface CrmTarget {
  readonly api: string;
  readonly content: string;
  readonly organizationId: string;
  /** Who does not see the records of the user whose token it is. */
  readonly colleagueId: string;
  readonly notifyUrl: string;
  readonly nowMs: () => number;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Json = any;

/**
 * What an organization does with its CRM every day, over HTTP: each call of `day` makes the same records with all that can
 * hang on them, changes them, and deletes what the day before made.
 */
export class CrmUse {
  readonly #target: CrmTarget;
  #token = '';
  #made: (readonly [module: string, id: string])[] = [];
  #campaign = '';
  #product = '';
  #accounts: string[] = [];
  #views: Record<string, string> = {};
  #turn = 0;

  private constructor(target: CrmTarget) {
    this.#target = target;
  }

  static async begin(target: CrmTarget, token: string): Promise<CrmUse> {
    const use = new CrmUse(target);
    use.#token = token;
    const unique = { field_label: 'Badge', data_type: 'text', length: 20, unique: { case_sensitive: false } };
    for (const field of [unique, { field_label: 'Weight', data_type: 'integer', length: 9 }]) {
      await use.#call('POST', 'settings/fields?module=Leads', { fields: [field] });
    }
    use.#campaign = await use.#one('Campaigns', { Campaign_Name: 'All year' });
    use.#product = await use.#one('Products', { Product_Name: 'P' });
    use.#accounts = [
      await use.#one('Accounts', { Account_Name: 'A' }),
      await use.#one('Accounts', { Account_Name: 'B' }),
    ];
    // These stay all the time.
    use.#made = [];
    const { custom_views } = await use.#call('GET', 'settings/custom_views?module=Vendors');
    use.#views = Object.fromEntries(custom_views.map((view: { name: string; id: string }) => [view.name, view.id]));
    return use;
  }

  async day(token: string): Promise<void> {
    this.#token = token;
    this.#turn++;
    const before = this.#made;
    this.#made = [];
    await this.#watch();
    await this.#leads();
    await this.#conversion();
    await this.#inventory();
    await this.#movingContacts();
    await this.#bulk();
    for (const [module, id] of before) await this.#call('DELETE', `${module}/${id}`);
  }

  async #watch(): Promise<void> {
    const channel_expiry = new Date(this.#target.nowMs() + 1_800_000).toISOString().replace(/\.\d+Z$/, '+00:00');
    const item = { channel_id: String(10_000 + this.#turn), events: ['Leads.all'], channel_expiry, token: 'tk' };
    await this.#call('POST', 'actions/watch', { watch: [{ ...item, notify_url: this.#target.notifyUrl }] });
  }

  /** Leads with everything that a record can have beside its fields. */
  async #leads(): Promise<void> {
    const lead = { Company: 'Zylker', Badge: `B${this.#turn}`, Weight: this.#turn, Tag: [{ name: 'daily' }] };
    const once = { 'idempotency-key': randomUUID() };
    const id = await this.#one('Leads', { Last_Name: 'Daily', ...lead }, once);
    await this.#call('PUT', `Leads/${id}`, { data: [{ Weight: this.#turn + 1 }] });
    await this.#call('POST', `Leads/${id}/Notes`, { data: [{ Note_Content: 'n' }] });
    const file = multipart({ file: { filename: 'a.txt', content: 'a' } });
    await this.#call('POST', `Leads/${id}/Attachments`, file.rawBody, file.headers);
    const image = multipart({ file: { filename: 'a.gif', type: 'image/gif', content: pixel } });
    await this.#call('POST', `Leads/${id}/photo`, image.rawBody, image.headers);
    await this.#call('POST', 'files', file.rawBody, file.headers);
    await this.#call('PUT', `Campaigns/${this.#campaign}/Leads/${id}`, { data: [{ Member_Status: 'Sent' }] });
    const share = [{ user: { id: this.#target.colleagueId }, permission: 'read_only' }];
    await this.#call('POST', `Leads/${id}/actions/share`, { share });
    const { from_addresses } = await this.#call('GET', 'settings/emails/actions/from_addresses');
    const { email, user_name } = from_addresses[0];
    const mail = { from: { email, user_name }, to: [{ email: 'zed@example.com' }], subject: 's', content: 'c' };
    await this.#call('POST', `Leads/${id}/actions/send_mail`, { data: [mail] });
    const locked = await this.#one('Leads', { Last_Name: 'Locked' });
    const lock = await this.#call('POST', `Leads/${locked}/Locking_Information__s`, { data: [{}] });
    await this.#call('DELETE', `Leads/${locked}/Locking_Information__s/${lock.data[0].details.id}`);
    const owner = { owner: { id: this.#target.colleagueId }, notify: true };
    await this.#call('POST', `Leads/${locked}/actions/change_owner`, owner);
  }

  async #conversion(): Promise<void> {
    const [, lead] = [
      await this.#one('Leads', { Last_Name: 'Converted', Company: `Conv ${this.#turn}` }),
      this.#made.pop()?.[1],
    ];
    const deal = { Deal_Name: 'D', Closing_Date: '2030-01-01', Stage: 'Qualification' };
    const done = await this.#call('POST', `Leads/${lead}/actions/convert`, { data: [{ Deals: deal }] });
    const { details } = done.data[0];
    for (const module of ['Deals', 'Contacts', 'Accounts']) this.#made.push([module, details[module].id]);
    this.#made.push(['Leads', lead as string]);
  }

  /** A quote that becomes a sales order. */
  async #inventory(): Promise<void> {
    const items = [{ Product_Name: { id: this.#product }, Quantity: 1 }];
    const id = await this.#one('Quotes', {
      Subject: 'Q',
      Account_Name: { id: this.#accounts[0] },
      Quoted_Items: items,
    });
    const body = { data: [{ convert_to: [{ module: { api_name: 'Sales_Orders' } }] }] };
    const done = await this.#call('POST', `Quotes/${id}/actions/convert`, body);
    this.#made.push(['Sales_Orders', done.data[0].details.Sales_Orders.id]);
  }

  /** Contacts that come to point to another account, and tasks that point to them. */
  async #movingContacts(): Promise<void> {
    const [from, to] = this.#accounts;
    const id = await this.#one('Contacts', { Last_Name: 'Moving', Account_Name: { id: from } });
    await this.#call('PUT', `Contacts/${id}`, { data: [{ Account_Name: { id: to } }] });
    const [, account] = this.#made.find(([module]) => module === 'Accounts') ?? [];
    await this.#one('Tasks', { Subject: 'T', Who_Id: { id }, What_Id: { id: account }, $se_module: 'Accounts' });
  }

  async #bulk(): Promise<void> {
    // Those of the day before.
    if (this.#turn > 1) await this.#call('POST', 'Vendors/actions/mass_delete', { cvid: this.#views['All Vendors'] });
    const zip = await zipOf({ 'vendors.csv': `Vendor_Name\n${['a', 'b'].join('\n')}\n` });
    const form = multipart({ file: { filename: 'a.zip', content: zip } });
    const headers = { feature: 'bulk-write', 'x-crm-org': this.#target.organizationId, ...form.headers };
    const upload = await this.#send(
      'POST',
      `${this.#target.content}/crm/v8/upload`,
      new Uint8Array(form.rawBody),
      headers,
    );
    const { file_id } = upload.details;
    const resource = [{ type: 'data', module: { api_name: 'Vendors' }, file_id }];
    await this.#bulkCall('write', { operation: 'insert', resource });
    await this.#bulkCall('read', { query: { module: { api_name: 'Leads' }, fields: ['Last_Name'] } });
    await this.#call('POST', 'settings/audit_log_export', { audit_log_export: [{}] });
  }

  #bulkCall(kind: string, body: object): Promise<Json> {
    const json = { 'content-type': 'application/json' };
    return this.#send('POST', `${this.#target.api}/crm/bulk/v8/${kind}`, JSON.stringify(body), json);
  }

  async #one(module: string, item: object, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    const answer = await this.#call('POST', module, { data: [item] }, headers);
    const { id } = answer.data[0].details;
    if (!id) throw new Error(`${module}: ${JSON.stringify(answer)}`);
    this.#made.push([module, id]);
    return id;
  }

  #call(method: string, path: string, body?: object | Buffer, headers: Readonly<Record<string, string>> = {}) {
    const sent = body === undefined ? undefined : Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body);
    return this.#send(method, `${this.#target.api}/crm/v8/${path}`, sent, headers);
  }

  async #send(
    method: string,
    url: string,
    body: BodyInit | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Json> {
    const authorization = `Zoho-oauthtoken ${this.#token}`;
    const answer = await fetch(url, { method, headers: { authorization, ...headers }, ...(body && { body }) });
    const text = await answer.text();
    if (!answer.ok || /"status":"error"/.test(text)) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');
