/** The page to try calls: no external assets; its content policy lets it talk to its own origin only. */
export const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Try the CRM API</title>
<link rel="stylesheet" href="openapi.css">
</head>
<body>
<main>
<h1>Try the CRM API</h1>
<p>The token stays in this page and is sent to this origin only. <a href="openapi.json">OpenAPI document</a></p>
<form id="call">
<label>Access token <input id="token" type="password" autocomplete="off" required></label>
<label>Operation <select id="operation"></select></label>
<p id="scopes"></p>
<label>Path and query <input id="path" autocomplete="off" spellcheck="false" required></label>
<label>Body (JSON) <textarea id="body" rows="8" spellcheck="false"></textarea></label>
<button>Send</button>
</form>
<h2>Answer</h2>
<pre id="answer" role="status" tabindex="0"></pre>
</main>
<script src="openapi.js"></script>
</body>
</html>
`;

export const pageCss = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
label { display: block; margin: 0.75rem 0; }
input, select, textarea { display: block; width: 100%; box-sizing: border-box; margin-top: 0.25rem; font: inherit; padding: 0.4rem; }
textarea, pre { font-family: ui-monospace, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; border: 1px solid; padding: 0.75rem; min-height: 4rem; }
button { font: inherit; padding: 0.5rem 1.5rem; }
`;

export const pageScript = `'use strict';
const at = (id) => document.getElementById(id);
const show = (text) => { at('answer').textContent = text; };
fetch('openapi.json').then((response) => response.json()).then(({ paths }) => {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })));
  for (const [index, { path, method }] of operations.entries()) at('operation').add(new Option(method + ' ' + path, index));
  const choose = () => {
    const { path, method, operation } = operations[at('operation').value];
    at('path').value = path.replace('{module}', 'Leads');
    at('body').disabled = method === 'GET' || method === 'DELETE';
    at('scopes').textContent = 'Scopes: ' + operation.security.map(({ oauth }) => oauth.join(' and ')).join(', or ');
  };
  at('operation').addEventListener('change', choose);
  choose();
  at('call').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { method } = operations[at('operation').value];
    const path = at('path').value;
    if (!path.startsWith('/crm/')) return show('The path begins with /crm/.');
    show('…');
    try {
      const response = await fetch(path, {
        method,
        credentials: 'omit',
        headers: { Authorization: 'Zoho-oauthtoken ' + at('token').value },
        body: at('body').disabled || at('body').value === '' ? undefined : at('body').value,
      });
      const text = await response.text();
      const head = [...response.headers].map(([name, value]) => name + ': ' + value).join('\\n');
      let body = text;
      try { body = JSON.stringify(JSON.parse(text), null, 2); } catch {}
      show(response.status + ' ' + response.statusText + '\\n' + head + '\\n\\n' + body);
    } catch (error) {
      show(String(error));
    }
  });
});
`;
