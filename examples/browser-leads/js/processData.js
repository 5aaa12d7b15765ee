// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/**
 * Sign-in and the calls of the CRM. To use your own client, write your values in place of the first three constants:
 *
 *   const CLIENT_ID = '1000.XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX';
 *   const SCOPES = 'ZohoCRM.modules.leads.ALL';
 *   const ACCOUNTS_URLS = { us: 'https://accounts.example.com' };
 */
const CLIENT_ID = window.SAMPLE_CONFIG?.clientId;
const SCOPES = window.SAMPLE_CONFIG?.scopes;
const ACCOUNTS_URLS = window.SAMPLE_CONFIG?.accountsUrls ?? {};
const ACCOUNTS_URL = chosenAccountsUrl(ACCOUNTS_URLS);

/**
 * Gives the SDK its configuration. It signs in at once where the browser lets it open a window without a click.
 * @returns {boolean} false when there is no SDK: the page then says what to do.
 */
function init() {
  if (typeof ZCRM === 'undefined') {
    tellMissingSdk('js/zcrmsdk.js');
    return false;
  }
  const configJson = {
    client_id: CLIENT_ID,
    scopes: SCOPES,
    accounts_url: ACCOUNTS_URL,
    redirect_uri: new URL('app/redirect.html', window.location.href).href,
    version: 'v8',
    // Calls wait for the sign-in, and the page keeps what was typed instead of reloading.
    queue: true,
    auto_sign_in: maySignInAtOnce(ACCOUNTS_URLS),
  };
  offerStarts(ACCOUNTS_URLS);
  const { getState, signIn, revokeAccess } = ZCRM.API.AUTH;
  connectSessionButtons({ getState, signIn, signOut: () => revokeAccess({ server: true }) });
  ZCRM.API.AUTH.onChange(showSession);
  try {
    ZCRM.API.SDK.initialize(configJson);
  } catch (error) {
    showMessage(`This sample has no client yet: ${error}. Its README says how to set one.`);
  }
  showSession(ZCRM.API.AUTH.getState());
  return true;
}

/** Adds the lead of the form, then shows the list. */
async function submitData() {
  const firstName = document.getElementById('firstName').value;
  const lastName = document.getElementById('lastName').value;
  const email = document.getElementById('email').value;
  const company = document.getElementById('company').value;

  const record = { First_Name: firstName, Last_Name: lastName, Email: email, Company: company };
  const resp = await ZCRM.API.RECORDS.post({ module: 'Leads', body: { data: [withoutEmpty(record)] } });
  const { problem, field } = readAnswer(resp);
  if (problem) return { problem, field };
  sessionStorage.setItem('flash', `${[firstName, lastName].filter(Boolean).join(' ')} was added.`);
  window.location.assign('view.html');
  return { problem, field };
}

/** The leads of the shown page, newest first, or those with the words that are searched for. */
async function getData() {
  const params = shownPlace();
  const input = { module: 'Leads', params };
  return readAnswer(await (params.word ? ZCRM.API.RECORDS.search(input) : ZCRM.API.RECORDS.get(input)));
}

/** Fetches the leads and shows them as a table. */
async function listView() {
  const { data, problem } = await getData();
  if (problem) {
    showMessage(problem);
    showLeads([]);
    setText('listNote', '');
    return;
  }
  showLeads(data.data ?? [], data.info, leadActions);
}

/** Lets the person change a lead; a refusal of the CRM brings the dialog back with the reason. */
async function edit(id) {
  let values = leadOf(id);
  let problem = '';
  let field;
  do {
    values = await askForValues(values, problem, field);
    if (!values) return;
    const record = { id, ...emptyAsNull(values) };
    const resp = await ZCRM.API.RECORDS.put({ module: 'Leads', body: { data: [record] } });
    ({ problem, field } = readAnswer(resp));
  } while (problem);
  showMessage('The lead was changed.', 'success');
  await listView();
}

/** Deletes a lead after a question. */
async function deleteR(id) {
  if (!(await askToDelete(nameOf(leadOf(id))))) return;
  const { problem } = readAnswer(await ZCRM.API.RECORDS.delete({ module: 'Leads', id }));
  showMessage(problem || 'The lead was deleted.', problem ? 'error' : 'success');
  if (!problem) await listView();
}

/** A new record leaves out what was not typed. */
function withoutEmpty(record) {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''));
}

/** A change empties a field with null. */
function emptyAsNull(record) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, value === '' ? null : value]));
}
