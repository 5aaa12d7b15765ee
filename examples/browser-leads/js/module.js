/* global chosenAccountsUrl, connectList, connectSessionButtons, hideLeads, offerStarts, plainText, setText, showLeads, showMessage, showSession, shownPlace, tellMissingSdk */
/** The list with the ES module of the SDK: promises of objects, typed errors. With a bundler: `import … from '@grantway/browser'`. */

const { clientId, scopes, accountsUrls = {} } = window.SAMPLE_CONFIG ?? {};

start().catch((error) => showMessage(String(error)));

async function start() {
  const sdk = await import('./grantway-browser.js').catch(() => null);
  if (!sdk) return tellMissingSdk('js/grantway-browser.js');
  const { ApiError, createClient } = sdk;
  if (!clientId) return showMessage('This sample has no client yet. Its README says how to set one.');
  const crm = createClient({
    clientId,
    scopes,
    accountsUrl: chosenAccountsUrl(accountsUrls),
    redirectUri: new URL('app/redirect.html', window.location.href).href,
  });

  /** Fetches the page of the list that is asked for, and shows it. */
  async function reload() {
    const params = shownPlace();
    try {
      const input = { module: 'Leads', params };
      const found = await (params.word ? crm.records.search(input) : crm.records.get(input));
      showMessage('');
      showLeads(found?.data ?? [], found?.info);
    } catch (error) {
      showLeads([]);
      setText('listNote', '');
      showMessage(error instanceof ApiError ? plainText(error) : error.message);
    }
  }

  let listedFor = null;
  const follow = (state) => {
    showSession(state);
    const signedInTo = state.status === 'signed_in' ? state.apiDomain : null;
    if (signedInTo === listedFor) return;
    listedFor = signedInTo;
    if (signedInTo === null) hideLeads();
    else reload();
  };
  offerStarts(accountsUrls);
  connectSessionButtons({
    getState: () => crm.state,
    signIn: (options) => crm.signIn(options),
    signOut: () => crm.signOut({ server: true }),
  });
  connectList(reload);
  crm.onChange(follow);
  follow(crm.state);
}
