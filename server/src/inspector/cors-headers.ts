/** What each header of the CORS protocol says, in a sentence. */
const meanings: Readonly<Record<string, string>> = {
  origin: 'Where the page comes from. The browser writes it; a page cannot.',
  authorization: 'The access token. By this header alone the browser asks for permission first.',
  'access-control-request-method': 'The method that the call itself will have.',
  'access-control-request-headers': 'The headers of the call that need permission.',
  'access-control-allow-origin':
    'The one origin whose pages may read the answer. It is never "*": calls carry credentials.',
  'access-control-allow-credentials': 'Pages may call with credentials.',
  'access-control-allow-methods': 'The methods that pages may call with.',
  'access-control-allow-headers':
    'The headers that pages may send: those that the preflight asked for, where they are names.',
  'access-control-expose-headers': 'The headers of the answer that a page may read beside the common ones.',
  vary: 'The answer depends on these headers of the request, so caches keep one for each.',
  'cache-control': 'No cache keeps the refusal, so that a registered origin works at once.',
};

/** @param value of `Access-Control-Max-Age`: seconds. */
export function meaningOf(name: string, value: string): string {
  if (name === 'access-control-max-age') return `The browser asks no more for ${value} seconds.`;
  return meanings[name] ?? 'A header that the page sets.';
}
