import { join } from 'node:path';
import { encryptTokens, type OAuthClient, type Session } from '@grantway/node';
import { FileTokenStore } from '@grantway/node/file-store';
import { renderUnicodeCompact } from 'uqr';
import type { SampleOptions } from '../../shared/platform.ts';
import { endingOf, type Screen, showLeads, waitForUser } from './device.ts';
import { beginDevice, oauthOf } from './oauth.ts';

export interface TerminalOptions {
  readonly write: (text: string) => void;
  /** Folder of what it keeps: a TV that is switched on again needs no new code. */
  readonly directory: string;
  /** Where users of another realm begin, such as `cn`. */
  readonly start?: string | undefined;
  /** Ends after the leads were shown once. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

const key = 'tv';

/** The TV in a terminal: address, user code and QR code; then the leads, once a minute, until it is ended. */
export async function runTerminal(options: SampleOptions, terminal: TerminalOptions): Promise<void> {
  const { write, directory, once } = terminal;
  const store = encryptTokens(new FileTokenStore(join(directory, 'tokens.csv')), options.key('tokens'));
  const oauth = await oauthOf(options, store);
  const shown = new AbortController();
  const signal = AbortSignal.any([terminal.signal, shown.signal]);
  const show = (screen: Screen) => {
    if (screen.state === 'waiting' && screen.note) write(`${screen.note}\n`);
    if (screen.state !== 'connected') return;
    write(leadsOf(screen));
    if (once) shown.abort();
  };
  try {
    const session = (await store.get(key)) ? oauth.session(key) : await connect(options, oauth, terminal, show);
    await showLeads(session, { signal, show, now: options.now });
  } catch (error) {
    if (signal.aborted) return;
    const { title, text, code } = endingOf(error);
    // What is stored is of no more use; the next start asks for a new code.
    if (code === 'sign_in_required') await oauth.revoke(key);
    write(`${title} (${code}). ${text}\n`);
    process.exitCode = 1;
  } finally {
    await store.close();
  }
}

async function connect(
  options: SampleOptions,
  oauth: OAuthClient,
  { write, start, signal }: TerminalOptions,
  show: (screen: Screen) => void,
): Promise<Session> {
  const authorization = await beginDevice(options, oauth, start);
  write(`Open ${authorization.verificationUrl}\nand type the code ${authorization.userCode}, or scan:\n\n`);
  write(`${renderUnicodeCompact(authorization.verificationUrlComplete, { border: 2 })}\n\n`);
  write('Waiting for you to accept there …\n');
  return waitForUser(authorization, key, signal, show);
}

function leadsOf({
  email,
  dataCenter,
  environment,
  leads,
  note,
  renewals,
}: Extract<Screen, { state: 'connected' }>): string {
  const lines = leads.map((lead) => `  ${lead.name}${lead.company === '' ? '' : `, ${lead.company}`}`);
  return [
    `Connected: ${email} at ${dataCenter}, ${environment}${renewals === 0 ? '' : `; access token renewed: ${renewals}`}`,
    ...(note ? [note] : []),
    ...(lines.length === 0 ? ['There are no leads in this environment yet.'] : ['Newest leads:', ...lines]),
    '',
  ].join('\n');
}
