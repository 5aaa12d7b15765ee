import { systemRandom } from '../../../foundation/random.ts';
import { until } from '../../../testing/platform-process.ts';
import { internalCall } from '../../jobs/job-call.ts';
import { layoutId } from '../../kernel/ids.ts';
import type { Answer, CallOptions, Crm } from '../crm-platform.ts';
import { multipart } from '../multipart.ts';

/** What everything is called that a stranger must not see. */
export const secret = 'Secret';

/** An organization in production with something of everything, for calls about all of it. */
export type World = Awaited<ReturnType<typeof makeWorld>>;

export async function makeWorld(crm: Crm) {
  const [environment] = crm.organization.environments;
  if (!environment) throw new Error('the organization has no environment');
  const { idPrefix: dataSpace, ownerId, zgid } = environment;
  const system = (sequence: number) => `${dataSpace}${String(sequence).padStart(12, '0')}`;

  /** A call of the owner that must go well. */
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const answer = await crm.call(method, path.startsWith('/') ? path : `/crm/v8/${path}`, options);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.text}`);
    return answer;
  };
  const one = async (module: string, item: object): Promise<string> =>
    (await call('POST', module, { body: { data: [item] } })).json.data[0].details.id;
  const made = async (path: string, key: string, item: object, query: Record<string, string> = {}): Promise<string> =>
    (await call('POST', path, { query, body: { [key]: [item] } })).json[key][0].details.id;
  /** Waits until no job of the organization is under way, so that nothing changes by itself. */
  const settled = () =>
    until(async () => {
      const [row] = await crm.database.query<{ open: string }>({
        text: `SELECT count(*) AS open FROM crm_job WHERE data_space = $1 AND state IN ('added', 'running')`,
        values: [dataSpace],
      });
      return row?.open === '0';
    }, 'the jobs are done');

  let count = 0;
  /** Another name each time. */
  const name = (what: string): string => `${secret}-${what}-${++count}`;
  const lead = (more: object = {}) =>
    one('Leads', {
      Last_Name: name('Lead'),
      Company: name('Company'),
      Email: `${name('mail').toLowerCase()}@example.com`,
      ...more,
    });
  const account = () => one('Accounts', { Account_Name: name('Account') });
  const contact = (more: object = {}) => one('Contacts', { Last_Name: name('Contact'), ...more });
  const deal = () => one('Deals', { Deal_Name: name('Deal'), Stage: 'Qualification' });
  const note = async (of: string): Promise<string> =>
    (await call('POST', `Leads/${of}/Notes`, { body: { data: [{ Note_Content: name('Note') }] } })).json.data[0].details
      .id;
  const binned = async (): Promise<string> => {
    const id = await lead();
    await call('DELETE', `Leads/${id}`);
    return id;
  };
  const form = (filename = `${secret}.txt`, content: string | Buffer = `${secret} content`) =>
    multipart({ file: { filename, content } });
  const attachment = async (of: string): Promise<string> =>
    (await call('POST', `Leads/${of}/Attachments`, form())).json.data[0].details.id;
  const file = async (): Promise<string> => (await call('POST', 'files', form())).json.data[0].details.id;
  const user = async (): Promise<string> => {
    const added = await crm.addUser(name('User'));
    crm.store.spaces.forget(dataSpace);
    return added.find((each) => each.environment === 'production')?.userId as string;
  };
  /** The platform's own doing, for what no call makes. */
  const operatorCall = async () => {
    const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
    const operator = space?.contents.users[0];
    if (!space || !operator) throw new Error('the organization is not there');
    return internalCall(crm.store, systemRandom, space, operator, crm.clock.nowMs());
  };

  return {
    crm,
    dataSpace,
    ownerId,
    zgid,
    system,
    layout: (module: number) => layoutId(dataSpace, module),
    call,
    one,
    made,
    settled,
    name,
    lead,
    account,
    contact,
    deal,
    note,
    binned,
    form,
    attachment,
    file,
    user,
    operatorCall,
  };
}

/** A call: what stands in its path for the placeholders, and the rest. */
export interface Example extends CallOptions {
  readonly path?: readonly string[];
}

/** By method and path, as in the table of operations: a call that goes well when the owner makes it. */
export type Examples = Readonly<Record<string, (world: World) => Example | Promise<Example>>>;
