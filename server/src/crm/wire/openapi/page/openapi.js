import { addressOf, curlLine, exampleOf, resolved } from './openapi-call.js';

const at = (id) => document.getElementById(id);
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const root = await (await fetch('openapi.json')).json();
const operations = Object.entries(root.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), ...operation })),
);

/** The operation on the page, and how its values are read. */
let current = operations[0];
let readers = [];
let saved;

function showServer() {
  const [{ url, description }] = root.servers;
  at('server').textContent = `${description}: ${url}`;
  for (const version of root['x-versions']) at('version').add(new Option(version, version));
  at('version').value = root.info.version;
  at('version').addEventListener('change', () => {
    location.href = `../${at('version').value}/openapi.html${location.hash}`;
  });
}

/** The operations that have all the words, by chapter. */
function showList(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ method, path, summary, tags }) => {
    const told = `${method} ${path} ${summary} ${tags}`.toLowerCase();
    return words.every((word) => told.includes(word));
  };
  const found = operations.filter(fits);
  const chapters = Map.groupBy(found, ({ tags }) => tags[0]);
  at('found').textContent = `${found.length} of ${operations.length} operations`;
  at('list').replaceChildren(
    ...[...chapters].map(([name, list]) => {
      const open = words.length > 0 || list.includes(current);
      const items = list.map((operation) => make('li', {}, linkTo(operation)));
      return make('details', { open }, make('summary', { textContent: name }), make('ul', {}, ...items));
    }),
  );
}

function linkTo(operation) {
  const { method, operationId, summary } = operation;
  const link = make(
    'a',
    { href: `#${operationId}` },
    make('span', { className: 'method', textContent: method }),
    summary,
  );
  if (operation === current) link.setAttribute('aria-current', 'true');
  return link;
}

/** Shows the operation that the address names. */
function choose(focus) {
  const wanted = operations.find(({ operationId }) => operationId === location.hash.slice(1));
  if (!wanted && focus) return;
  current = wanted ?? current;
  const { method, path, summary, description = '', security } = current;
  at('method').textContent = method;
  at('path').textContent = path;
  at('title').textContent = summary;
  at('description').textContent = description;
  at('scopes').textContent = security.map(({ oauth }) => oauth.join(' and ')).join(', or ');
  document.title = `${summary} – Try the CRM API`;
  showFields();
  showList(at('search').value);
  showNothing('Nothing was sent yet.');
  showCurl();
  if (focus) at('title').focus();
}

function showFields() {
  readers = [];
  const { parameters = [], requestBody } = current;
  const places = [
    ['path', 'In the path'],
    ['query', 'Parameters'],
    ['header', 'Headers'],
  ];
  const groups = places
    .map(([place, title]) => [title, parameters.filter((each) => each.in === place)])
    .filter(([, some]) => some.length > 0)
    .map(([title, some]) => group(title, ...some.map(parameterField)));
  if (requestBody) groups.push(bodyGroup(requestBody));
  at('fields').replaceChildren(...groups);
}

const group = (title, ...fields) => make('fieldset', {}, make('legend', { textContent: title }), ...fields);

/** A labelled control, told of by a sentence. */
function field(id, name, control, note, required, whole) {
  const label = make('label', { htmlFor: id, textContent: name });
  if (required) label.append(make('span', { className: 'needed', textContent: ' (needed)' }));
  Object.assign(control, { id });
  const children = [label, control];
  if (note) {
    control.setAttribute('aria-describedby', `${id}-note`);
    children.push(make('p', { id: `${id}-note`, className: 'soft', textContent: note }));
  }
  return make('div', { className: whole ? 'field whole' : 'field' }, ...children);
}

function parameterField({ name, in: place, required = false, description, schema: given }) {
  const schema = resolved(given, root);
  const id = `${place}-${name}`;
  const control = controlFor(schema);
  // A path without a value is no path; what else is missing, the server says.
  control.required = place === 'path';
  readers.push({ place, name, read: () => control.value });
  const shown = field(id, name, control, description, required && place !== 'path', false);
  if (schema.examples) {
    control.setAttribute('list', `${id}-list`);
    if (required) control.value = schema.examples[0];
    const values = schema.examples.map((value) => new Option(value, value));
    shown.append(make('datalist', { id: `${id}-list` }, ...values));
  }
  if (id === 'path-module') control.addEventListener('change', showBodyExample);
  return shown;
}

function controlFor(schema) {
  const words = schema.type === 'boolean' ? ['true', 'false'] : schema.enum;
  if (words) return make('select', {}, new Option('', ''), ...words.map((word) => new Option(word, word)));
  const input = make('input', { type: 'text', spellcheck: false, autocomplete: 'off' });
  if (schema.const !== undefined) input.value = schema.const;
  if (schema.default !== undefined) input.placeholder = schema.default;
  return input;
}

function bodyGroup({ content, required }) {
  const [[type, { schema }]] = Object.entries(content);
  if (type !== 'application/json') return formGroup(resolved(schema, root));
  const control = make('textarea', { spellcheck: false, rows: 10 });
  readers.push({ place: 'body', read: () => control.value });
  const shown = group('Body', field('json', 'JSON', control, '', required, true));
  control.value = bodyExample(schema);
  return shown;
}

function bodyExample(schema) {
  const example = exampleOf(schema, root, valuesOf().path.module ?? '');
  return JSON.stringify(example, null, 2);
}

/** A body that nobody has touched follows the module. */
function showBodyExample() {
  const control = at('json');
  const schema = current.requestBody?.content['application/json']?.schema;
  if (control && schema && control.value === control.dataset.example) control.value = bodyExample(schema);
  if (control) control.dataset.example = control.value;
}

function formGroup({ properties = {}, required = [] }) {
  const fields = Object.entries(properties).map(([name, given]) => {
    const schema = resolved(given, root);
    const inner = schema.type === 'array' ? schema.items : schema;
    const isFile = inner.format === 'binary';
    const control = make('input', { type: isFile ? 'file' : 'text', multiple: schema.type === 'array' });
    readers.push({
      place: 'files',
      name,
      read: () => (isFile ? [...control.files] : control.value ? [control.value] : []),
    });
    return field(`part-${name}`, name, control, schema.description, required.includes(name), false);
  });
  return group('Form', ...fields);
}

/** What stands in the fields: by name for each place, the text of the body, and the parts of a form. */
function valuesOf() {
  const values = { path: {}, query: {}, header: {}, body: '', files: [] };
  for (const { place, name, read } of readers) {
    if (place === 'body') values.body = read().trim();
    else if (place === 'files') values.files.push(...read().map((value) => [name, value]));
    else values[place][name] = read();
  }
  return values;
}

function callOf() {
  const values = valuesOf();
  const headers = Object.entries(values.header).filter(([, value]) => value !== '');
  if (values.body) headers.push(['Content-Type', 'application/json']);
  return {
    method: current.method,
    address: addressOf(current.path, values),
    headers,
    body: values.body,
    files: values.files,
  };
}

function showCurl() {
  const control = at('json');
  if (control && control.dataset.example === undefined) control.dataset.example = control.value;
  const { address, ...call } = callOf();
  at('curl').textContent = curlLine({ ...call, url: location.origin + address });
}

async function send() {
  const { method, address, headers, body, files } = callOf();
  at('send').disabled = true;
  showNothing('Sending …');
  const form = files.length > 0 ? new FormData() : undefined;
  for (const [name, value] of files) form.append(name, value);
  const began = performance.now();
  try {
    const response = await fetch(address, {
      method,
      headers: [...headers, ['Authorization', `Zoho-oauthtoken ${at('token').value.trim()}`]],
      ...(form || body ? { body: form ?? body } : {}),
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
      referrerPolicy: 'no-referrer',
    });
    await showAnswer(response, began);
    at('status').scrollIntoView({ block: 'nearest' });
  } catch (error) {
    showNothing(`The call failed: ${error.message}`, 'bad');
  } finally {
    at('send').disabled = false;
  }
}

/** The window of the API console that was asked for a token. */
let asked;

/** Opens the console's screen that makes a token, with what the operation on the page needs. */
function askForToken() {
  const { origin, environment } = root['x-console'];
  const scope = current.security[0]?.oauth.join(',') ?? '';
  const address = `${origin}/token?${new URLSearchParams({ environment, scope })}`;
  asked = open(address, 'grantway-token', 'popup,width=620,height=820');
  at('token-status').textContent = asked
    ? 'The API console makes a token in the other window.'
    : 'The browser did not open the window. Allow this page to open one.';
}

/** Takes a token from that window of that origin, and from nobody else. */
function takeToken({ origin, source, data }) {
  if (origin !== root['x-console'].origin || source !== asked || typeof data?.accessToken !== 'string') return;
  at('token').value = data.accessToken;
  const ends = new Date(data.expiresAt).toLocaleTimeString();
  at('token-status').textContent = `A token has come from the API console. It ends at ${ends}.`;
  showCurl();
}

function showNothing(text, className = '') {
  Object.assign(at('status'), { textContent: text, className });
  for (const id of ['download', 'head', 'body']) at(id).hidden = true;
  if (saved) URL.revokeObjectURL(saved);
  saved = undefined;
}

/** What came, and last of all that it came. */
async function showAnswer(response, began) {
  const content = await response.blob();
  const tookMs = Math.round(performance.now() - began);
  const { status, statusText, ok, headers } = response;
  at('headers').textContent = [...headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  at('head').hidden = false;
  const isJson = headers.get('content-type')?.startsWith('application/json');
  if (isJson) showJson(await content.text());
  else if (content.size > 0) showFile(content, headers.get('content-disposition') ?? '');
  const told = `${status} ${statusText}, ${content.size.toLocaleString('en')} bytes in ${tookMs} ms`;
  Object.assign(at('status'), { textContent: told, className: ok ? 'good' : 'bad' });
}

const longestShown = 500_000;

function showJson(text) {
  const shown = JSON.stringify(JSON.parse(text), null, 2);
  const isLong = shown.length > longestShown;
  at('body').textContent = isLong ? `${shown.slice(0, longestShown)}\n…` : shown;
  at('body').hidden = false;
  if (isLong) showFile(new Blob([text]), 'filename="response.json"');
}

function showFile(content, disposition) {
  const [, plain, encoded] = /filename="([^"]*)"|filename\*=UTF-8''([^;]*)/.exec(disposition) ?? [];
  saved = URL.createObjectURL(content);
  const name = plain ?? decodeURIComponent(encoded ?? 'answer');
  at('download').replaceChildren(make('a', { href: saved, download: name, textContent: `Save ${name}` }));
  at('download').hidden = false;
}

at('copy').hidden = !navigator.clipboard;
showServer();
showList('');
at('search').addEventListener('input', () => showList(at('search').value));
addEventListener('hashchange', () => choose(true));
at('form').addEventListener('input', showCurl);
at('form').addEventListener('submit', (event) => {
  event.preventDefault();
  void send();
});
at('get-token').addEventListener('click', askForToken);
addEventListener('message', takeToken);
at('copy').addEventListener('click', () => navigator.clipboard.writeText(at('curl').textContent));
// A page that comes back from the browser's memory has no token.
addEventListener('pagehide', () => {
  at('token').value = '';
  at('token-status').textContent = '';
});
choose(false);
