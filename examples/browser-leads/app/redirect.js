/**
 * The page that the accounts server sends the user back to, in the sign-in window. It puts what came in the address into
 * localStorage, where the page that opened the window finds it, and closes itself.
 */

/** Refusals of a silent renewal: the user can still be asked. */
const askableErrors = ['client_not_granted', 'prompt_required'];

/** What the accounts server put behind `#` (or `?`), still percent-encoded; null when there is nothing. */
function getPropertiesFromURL() {
  const text = (window.location.hash || window.location.search).slice(1);
  const properties = {};
  for (const part of text.split('&')) {
    const [name, ...value] = part.split('=');
    if (name) properties[name] = value.join('=');
  }
  return Object.keys(properties).length ? properties : null;
}

/**
 * Whether this answer belongs to a sign-in that this application started. Without the check, a link from anywhere could
 * sign people in to someone else's account, or send their records to a server of its choice.
 */
function isExpected(properties) {
  // Made of characters that no server encodes.
  const { state } = properties;
  const expected = localStorage.getItem('__auth_state');
  if (expected) return state === expected;
  // The original SDK always sends the same state and notes only that a sign-in is under way.
  return state === 'zohocrmclient' && localStorage.getItem('__auth_process') === 'true';
}

function setAccessToken() {
  const properties = getPropertiesFromURL();
  // The token must not stay in the history of the browser.
  window.history.replaceState(null, '', window.location.pathname);
  if (!properties) return tell('There is nothing to do on this page. Go back to the application and sign in there.');
  if (!isExpected(properties)) {
    return tell(
      'This answer does not belong to a sign-in of this browser, so nothing was stored. Please sign in again.',
    );
  }

  const fallback = localStorage.getItem('__auth_fallback');
  if (fallback && askableErrors.includes(properties.error)) {
    localStorage.removeItem('__auth_fallback');
    return window.location.replace(fallback);
  }

  localStorage.removeItem('__auth_state');
  const token = properties.access_token || properties.access_toke;
  // A code (code flow) is for the page that opened this window to exchange.
  if (token || properties.code) localStorage.removeItem('error');
  for (const key of Object.keys(properties)) {
    // Token and code come last, and names that the SDK keeps for itself never come from an address.
    if (key.startsWith('access_toke') || key === 'code' || key.startsWith('__') || key === 'full_grant') continue;
    localStorage.setItem(key, key === 'api_domain' ? decodeURIComponent(properties[key]) : properties[key]);
  }
  if (token) {
    // The life of the token begins now, however long the user took to sign in.
    localStorage.setItem('__token_init', String(Date.now()));
    localStorage.setItem('access_token', token);
  }
  if (properties.code) localStorage.setItem('code', properties.code);
  const signedIn = token || properties.code;
  tell(signedIn ? 'You are signed in and can close this window.' : 'You are not signed in. You can close this window.');
  setTimeout(() => window.close(), 0);
}

function tell(text) {
  document.getElementById('message').textContent = text;
}

setAccessToken();
