import { errorCatalogue } from './crm/kernel/errors.ts';
import { crmOutcomes } from './crm/kernel/outcomes.ts';
import { errorPages, outcomes } from './oauth/outcomes.ts';

/** The reference page of errors (`docs/errors.md`), made from the catalogues, in Markdown. */
export function errorsPage(): string {
  return [
    '# Errors and outcomes',
    '',
    'Made from the catalogues in the code by `npm run errors`; do not edit it.',
    '',
    'A request that is **refused** was understood and is not allowed or not right; who sent it can mend it. A request that',
    '**fails** is our own fault or that of something we need, such as a database. Every request leaves an event with its',
    'precise outcome, also where the wire hides it: `grantway event list --dc DC`.',
    '',
    '## Accounts server',
    '',
    'What the columns say: the error page and its marker (`<meta name="accounts-error">`), the `error` and status of the token',
    'side, the `error` that a client is sent to its redirect URI with, and the error of RFC 6749 under `strictRfc`.',
    '',
    ...table(
      ['outcome', 'meaning', 'page', 'token side', 'redirect', 'strict'],
      Object.entries(outcomes).map(([name, { meaning, page, token, redirect, standard }]) => [
        `\`${name}\``,
        meaning,
        page ? `${errorPages[page].title} (\`${errorPages[page].marker}\`)` : '',
        token ? `\`${token.error}\` ${token.status}` : '',
        redirect ? `\`${redirect}\`` : '',
        standard ? `\`${standard}\`` : '',
      ]),
    ),
    '',
    '## CRM API: error codes',
    '',
    ...table(
      ['code', 'status', 'message', 'when'],
      Object.entries(errorCatalogue).map(([code, { status, message, documentation }]) => [
        `\`${code}\``,
        String(status),
        message,
        documentation,
      ]),
    ),
    '',
    '## CRM API: outcomes in events',
    '',
    'Where several reasons share one code, the event names the reason.',
    '',
    ...table(
      ['outcome', 'meaning'],
      Object.entries(crmOutcomes).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
    '',
  ].join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
