import { errorCatalogue } from './crm/kernel/errors.ts';
import { crmOutcomes } from './crm/kernel/outcomes.ts';
import { accountsExplanations, crmExplanations } from './inspector/explain.ts';
import { type Explanation, settings } from './inspector/explanations/explanation.ts';
import { outlineOf } from './inspector/explanations/fill-template.ts';
import { errorPages } from './oauth/error-pages.ts';
import { type Outcome, outcomes } from './oauth/outcomes.ts';

/** A page of the reference of errors. */
interface Page {
  readonly file: string;
  readonly title: string;
  readonly about: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly name: string;
  readonly meaning: string;
  /** How it looks on the wire, one fact a line. */
  readonly wire: readonly string[];
  readonly explanation: Explanation;
}

/**
 * The reference of errors (`docs/errors/`), made from the catalogues: an index and one page for each part.
 * @returns the text of each file by its name, in Markdown.
 */
export function errorsPages(): Readonly<Record<string, string>> {
  const pages = [...accountsPages(), ...crmPages()];
  return {
    'README.md': indexPage(pages),
    ...Object.fromEntries(pages.map((page) => [page.file, textOf(page)])),
  };
}

const made = 'Made from the catalogues in the code by `npm run errors`; do not edit it.';

function accountsPages(): Page[] {
  const page = (part: keyof typeof accountsExplanations, file: string, title: string, about: string): Page => ({
    file,
    title,
    about,
    entries: Object.entries(accountsExplanations[part]).map(([name, explanation]) => ({
      name,
      explanation,
      meaning: outcomes[name as Outcome].meaning,
      wire: accountsWire(name as Outcome),
    })),
  });
  return [
    page('requests', 'requests.md', 'Accounts server: requests and clients', 'What is asked of every request first.'),
    page('tokens', 'tokens.md', 'Accounts server: codes and tokens', 'Codes, access tokens, refresh tokens, limits.'),
    page('people', 'people.md', 'Accounts server: users and devices', 'Sign-in, consent, sessions and devices.'),
    page(
      'standards',
      'standards.md',
      'Accounts server: standard dialect',
      'What `/oauth2` and clients of the strict profile are refused for besides.',
    ),
    page(
      'bindings',
      'bindings.md',
      'Accounts server: resources and keys',
      'What tokens are bound to: resource indicators (RFC 8707) and proofs of possession (RFC 9449).',
    ),
  ];
}

function accountsWire(name: Outcome): string[] {
  const { page, token, redirect, standard } = outcomes[name];
  return [
    ...(page ? [`Page: ${errorPages[page].title} (\`${errorPages[page].marker}\`)`] : []),
    ...(token ? [`Token side: \`${token.error}\`, status ${token.status}`] : []),
    ...(redirect ? [`Redirect: \`error=${redirect}\``] : []),
    ...(standard ? [`Under \`strictRfc\`: \`${standard}\``] : []),
  ];
}

function crmPages(): Page[] {
  return [
    {
      file: 'api-outcomes.md',
      title: 'CRM API: outcomes in events',
      about: 'Where several reasons share one error code, the event names the reason.',
      entries: Object.entries(crmOutcomes).map(([name, meaning]) => ({
        name,
        meaning,
        wire: [],
        explanation: crmExplanations.outcomes[name] as Explanation,
      })),
    },
    {
      file: 'api-codes.md',
      title: 'CRM API: error codes',
      about: 'The codes of the wire, with their statuses and messages.',
      entries: Object.entries(errorCatalogue).map(([name, { status, message, documentation }]) => ({
        name,
        meaning: documentation,
        wire: [`Status ${status}, message: ${message}`],
        explanation: crmExplanations.codes[name] as Explanation,
      })),
    },
  ];
}

function indexPage(pages: readonly Page[]): string {
  return [
    '# Errors and outcomes',
    '',
    made,
    '',
    'A request that is **refused** was understood and is not allowed or not right; who sent it can mend it. A request that',
    '**fails** is our own fault or that of something we need, such as a database. Every request leaves an event with its',
    'precise outcome, also where the wire hides it: `grantway event list --dc DC`. The console tells of each event what was',
    'expected, what came, the rule and what mends it, with the values of the request; in these pages *words in italics*',
    'stand for those values.',
    '',
    ...pages.flatMap((page) => [
      `## [${page.title}](${page.file})`,
      '',
      page.about,
      '',
      '| outcome | meaning |',
      '| --- | --- |',
      ...page.entries.map(
        ({ name, meaning }) => `| [\`${name}\`](${page.file}#${name.toLowerCase()}) | ${cell(meaning)} |`,
      ),
      '',
    ]),
  ].join('\n');
}

function textOf({ title, about, entries }: Page): string {
  return [`# ${title}`, '', made, '', `${about} [All pages](README.md).`, '', ...entries.flatMap(entryText)].join('\n');
}

function entryText({ name, meaning, wire, explanation }: Entry): string[] {
  const { expected, came, rule, mend, setting } = explanation;
  return [
    `## ${name}`,
    '',
    meaning,
    '',
    ...wire.map((line) => `- ${line}`),
    `- Expected: ${outlineOf(expected)}`,
    `- Came: ${outlineOf(came)}`,
    `- Rule: ${rule}`,
    `- Mend: ${outlineOf(mend)}`,
    ...(setting ? [`- Setting: ${settings[setting].label}`] : []),
    '',
  ];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
