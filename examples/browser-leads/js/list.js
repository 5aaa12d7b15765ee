// biome-ignore-all lint/correctness/noUnusedVariables: these scripts share their functions through the page
/** The table of leads: its rows, its pages and its search. Which calls fetch them is the page's business. */

const leadFields = 'First_Name,Last_Name,Email,Company';
const leadsAtOnce = 20;

let shownLeads = [];
/** What fetches each page up to the shown one, beside the words that are searched for. */
let places = [{}];
let nextPlace = null;
let searchedWords = '';

/** The parameters of the shown page, with `word` where something is searched for. */
function shownPlace() {
  const word = searchedWords ? { word: searchedWords } : {};
  return { fields: leadFields, per_page: leadsAtOnce, ...places.at(-1), ...word };
}

/** Back to the first page, of all leads or of those that have the words. */
function startList(words = '') {
  searchedWords = words;
  places = [{}];
  nextPlace = null;
}

/** Makes the search and the two buttons of the pages work; `reload` fetches and shows the page that is asked for. */
function connectList(reload) {
  const form = document.getElementById('searchForm');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    startList(document.getElementById('searchWords').value.trim());
    reload();
  });
  // The cross of a search field empties it without a key.
  document.getElementById('searchWords').addEventListener('search', (event) => {
    if (event.target.value !== '' || searchedWords === '') return;
    startList();
    reload();
  });
  document.getElementById('previousButton').addEventListener('click', () => {
    places.pop();
    reload();
  });
  document.getElementById('nextButton').addEventListener('click', () => {
    places.push(nextPlace);
    reload();
  });
}

/**
 * Shows a page of leads. `info` is the CRM's: it tells whether there are more, and beyond the first 2,000 the token that
 * fetches them.
 */
function showLeads(leads, info = {}, actionsOf = () => []) {
  // The last lead of a page was deleted.
  const from = (places.length - 1) * leadsAtOnce;
  nextPlace = placeAfter(info);
  showRows(leads, actionsOf);
  document.getElementById('pager').hidden = places.length === 1 && nextPlace === null;
  document.getElementById('previousButton').disabled = places.length === 1;
  document.getElementById('nextButton').disabled = nextPlace === null;
  document.getElementById('searchForm').hidden = false;
  setText('listNote', leads.length ? `Leads ${from + 1} to ${from + leads.length}.` : noteOfNone(from));
}

function placeAfter({ more_records: more, next_page_token: token, page = 1 }) {
  if (!more) return null;
  return token ? { page_token: token } : { page: page + 1 };
}

function noteOfNone(from) {
  if (from > 0) return 'There are no more leads.';
  return searchedWords ? `No lead has \u201c${searchedWords}\u201d.` : 'There are no leads yet.';
}

/** Takes the list away: nobody is signed in. */
function hideLeads() {
  startList();
  showRows([], () => []);
  for (const id of ['pager', 'searchForm']) document.getElementById(id).hidden = true;
  setText('listNote', '');
}

/** The lead of a row. */
function leadOf(id) {
  return shownLeads.find((lead) => lead.id === id) ?? {};
}

function nameOf(lead) {
  return [lead.First_Name, lead.Last_Name].filter(Boolean).join(' ') || 'This lead';
}

/** Shows leads as rows. Data goes in as text only, never as HTML. */
function showRows(leads, actionsOf) {
  shownLeads = leads;
  document.getElementById('rows').replaceChildren(...leads.map((lead) => rowOf(lead, actionsOf(lead))));
  document.getElementById('listCard').hidden = leads.length === 0;
}

function rowOf(lead, actions) {
  const row = document.createElement('tr');
  const name = document.createElement('th');
  name.scope = 'row';
  name.append(textOf('span', nameOf(lead), 'lead-name'), textOf('span', lead.Email ?? '', 'lead-email'));
  row.append(name, textOf('td', lead.Company ?? ''));
  if (actions.length) {
    const cell = document.createElement('td');
    cell.className = 'row-actions';
    cell.append(...actions);
    row.append(cell);
  }
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
