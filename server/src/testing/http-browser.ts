/** A browser without scripts: keeps cookies, follows redirects within the platform, reads and submits forms. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly html: string;
  /** Where the last redirect pointed, when it left the platform and so was not followed. */
  readonly leftTo: string | undefined;
}

export interface Form {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

const maxRedirects = 15;

export class HttpBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #ownPorts: (port: number) => boolean;
  /** Every address that was asked for, in order. */
  readonly visited: string[] = [];

  /** @param basePort the platform's first port: redirects to its accounts servers are followed, others end the walk. */
  constructor(basePort: number) {
    this.#ownPorts = (port) => port >= basePort && port < basePort + 90;
  }

  get(url: string): Promise<Page> {
    return this.#walk(url, { method: 'GET' });
  }

  /** Sends the form that holds a field (or button) named `holding`, with `fields` on top of its own. */
  submit(page: Page, holding: string, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    const form = formOf(page, holding);
    const body = new URLSearchParams({ ...form.fields, ...fields }).toString();
    return this.#walk(new URL(form.action, page.url).href, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  /** What `submit` would send. */
  fieldsOf(page: Page, holding: string, fields: Readonly<Record<string, string>> = {}): URLSearchParams {
    return new URLSearchParams({ ...formOf(page, holding).fields, ...fields });
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name);
  }

  setCookie(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  async #walk(start: string, init: { method: string; body?: string; headers?: Record<string, string> }): Promise<Page> {
    let url = start;
    let request = init;
    for (let step = 0; step < maxRedirects; step++) {
      this.visited.push(url);
      const headers = { ...request.headers, cookie: this.cookieHeader() };
      const response = await fetch(url, { ...request, headers, redirect: 'manual' });
      this.keepCookies(response);
      const html = await response.text();
      const location = response.headers.get('location');
      const page = { url, status: response.status, headers: response.headers, html };
      if (location === null) return { ...page, leftTo: undefined };
      // Not through URL, which would tidy up what the test wants to see.
      const next = location.startsWith('/') ? new URL(location, url).href : location;
      const { hostname, port } = new URL(next);
      if (hostname !== 'localhost' || !this.#ownPorts(Number(port))) return { ...page, leftTo: location };
      url = next;
      request = { method: 'GET' };
    }
    throw new Error(`more than ${maxRedirects} redirects from ${start}`);
  }

  cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keepCookies(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const equals = pair.indexOf('=');
      const name = pair.slice(0, equals);
      if (attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')) this.#cookies.delete(name);
      else this.#cookies.set(name, pair.slice(equals + 1));
    }
  }
}

function formOf(page: Page, holding: string): Form {
  const form = readForms(page.html).find((each) => each.html.includes(`name="${holding}"`));
  if (form) return form;
  throw new Error(`no form with "${holding}" on ${page.url} (${page.status}): ${page.html.slice(0, 2000)}`);
}

function readForms(html: string): (Form & { html: string })[] {
  return [...html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(([, head = '', inner = '']) => {
    const fields: Record<string, string> = {};
    for (const [input] of inner.matchAll(/<input\b[^>]*>/g)) {
      const name = attribute(input, 'name');
      const type = attribute(input, 'type');
      if (!name || ((type === 'radio' || type === 'checkbox') && !/\bchecked\b/.test(input))) continue;
      fields[name] = attribute(input, 'value') ?? '';
    }
    return { action: attribute(head, 'action') ?? '', fields, html: inner };
  });
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value
    ?.replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** Signs in through the two steps, on whichever data centre's pages they are. */
export async function signIn(browser: HttpBrowser, page: Page, email: string, password: string): Promise<Page> {
  const passwordPage = await browser.submit(page, 'email', { email });
  return browser.submit(passwordPage, 'password', { password });
}

/** The whole way from the authorization endpoint to the app: sign-in, first environment (or the named one), Accept. */
export async function authorize(
  browser: HttpBrowser,
  url: string,
  user: { readonly email: string; readonly password: string },
  choice: {
    readonly environment?: string;
    readonly entireSession?: boolean;
    readonly decision?: 'accept' | 'reject';
  } = {},
): Promise<string> {
  let page = await browser.get(url);
  if (page.html.includes('name="email"')) page = await signIn(browser, page, user.email, user.password);
  if (page.html.includes('type="radio"')) {
    const values = [...page.html.matchAll(/name="organization" value="([^"]+)"/g)].map((match) => match[1] ?? '');
    const organization = values.find((value) => value.endsWith(`:${choice.environment ?? 'production'}`)) ?? '';
    page = await browser.submit(page, 'organization', { organization });
  }
  if (page.leftTo === undefined) {
    const session = choice.entireSession ? { entire_session: 'true' } : {};
    page = await browser.submit(page, 'decision', { decision: choice.decision ?? 'accept', ...session });
  }
  if (page.leftTo === undefined)
    throw new Error(`the way ended on ${page.url} (${page.status}): ${page.html.slice(0, 3000)}`);
  return page.leftTo;
}
