/** The address of a JSON file that the page has made itself, to be downloaded. */
export function jsonAddress(content: unknown): string {
  return `data:application/json;charset=utf-8,${encodeURIComponent(JSON.stringify(content, null, 2))}`;
}
