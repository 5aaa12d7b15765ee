// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** Start of the list's page: rows of the table, and when to fetch them. */

let shownLeads = [];
let listedFor = null;

/** The lead of a row. */
function leadOf(id) {
  return shownLeads.find((lead) => lead.id === id) ?? {};
}

function nameOf(lead) {
  return [lead.First_Name, lead.Last_Name].filter(Boolean).join(' ') || 'This lead';
}

/** Shows leads as rows. Data goes in as text only, never as HTML. */
function showRows(leads) {
  shownLeads = leads;
  document.getElementById('rows').replaceChildren(...leads.map(rowOf));
  document.getElementById('listCard').hidden = leads.length === 0;
}

function rowOf(lead) {
  const row = document.createElement('tr');
  const name = document.createElement('th');
  name.scope = 'row';
  name.append(textOf('span', nameOf(lead), 'lead-name'), textOf('span', lead.Email ?? '', 'lead-email'));
  const actions = document.createElement('td');
  actions.className = 'row-actions';
  actions.append(
    actionOf('Edit', lead, () => edit(lead.id)),
    actionOf('Delete', lead, () => deleteR(lead.id)),
  );
  row.append(name, textOf('td', lead.Company ?? ''), actions);
  return row;
}

function textOf(tag, text, className = '') {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

function actionOf(label, lead, action) {
  const button = textOf('button', label, 'small');
  button.type = 'button';
  button.setAttribute('aria-label', `${label} ${nameOf(lead)}`);
  button.addEventListener('click', action);
  return button;
}

/** Fetches the list when someone signs in and empties it when they sign out. */
function followSession(state) {
  const signedInTo = state.status === 'signed_in' ? state.apiDomain : null;
  if (signedInTo === listedFor) return;
  listedFor = signedInTo;
  if (signedInTo !== null) {
    setText('listNote', 'Loading…');
    listView();
  } else {
    showRows([]);
    setText('listNote', '');
  }
}

if (init()) {
  ZCRM.API.AUTH.onChange(followSession);
  followSession(ZCRM.API.AUTH.getState());
}

const flash = sessionStorage.getItem('flash');
sessionStorage.removeItem('flash');
if (flash) showMessage(flash, 'success');
