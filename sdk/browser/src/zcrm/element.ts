/**
 * The element `zes_client_scope` carries the application's settings. The app-hosting tool writes it into the page, so an
 * application may never call `initialize`; where it is missing, `initialize` adds it.
 */
const elementId = 'zes_client_scope';

export interface ElementSettings {
  readonly clientId: string | undefined;
  readonly scopes: string | undefined;
  readonly accountsUrl: string | undefined;
}

/** Adds the element unless the page has one; what is in the page wins. */
export function ensureElement(page: Document, settings: ElementSettings): void {
  if (page.getElementById(elementId)) return;
  const element = page.createElement('div');
  element.id = elementId;
  element.hidden = true;
  element.dataset.clientid = settings.clientId ?? '';
  element.dataset.scope = settings.scopes ?? '';
  element.dataset.accountsUrl = settings.accountsUrl ?? '';
  (page.body ?? page.documentElement).append(element);
}

/** Reads the element; a TypeError, as in the original, when the page has none. */
export function readElement(page: Document): ElementSettings {
  const element = page.getElementById(elementId);
  if (!element) throw new TypeError(`the page has no element '${elementId}': call ZCRM.API.SDK.initialize first`);
  const { clientid, scope, accountsUrl } = element.dataset;
  return { clientId: clientid, scopes: scope, accountsUrl };
}
