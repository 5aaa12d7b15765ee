import { ConfigurationError } from '../errors.ts';
import { type Sending, sendRequest } from '../http/send.ts';
import { domainOf } from './data-center.ts';
import { DataCenters, originOf } from './data-centers.ts';

/**
 * Asks an accounts server that you trust for the data centres of its realm (`GET /oauth/serverinfo`). Their API origins
 * are not in that document; each token tells its own.
 *
 * @example
 * const dataCenters = await discoverDataCenters('http://localhost:8000');
 * @throws NetworkError when it does not answer, ConfigurationError when it answers something else.
 */
export async function discoverDataCenters(accounts: string, sending: Sending = {}): Promise<DataCenters> {
  const origin = originOf(accounts, 'accounts server');
  const answer = await sendRequest(
    { method: 'GET', url: `${origin}/oauth/serverinfo` },
    { ...sending, retry: 'always' },
  );
  const text = await answer.text();
  const locations = readLocations(text);
  if (!answer.ok || !locations) {
    throw new ConfigurationError(`expected the list of data centres from ${origin}, got status ${answer.status}`, {
      code: 'no_server_info',
      mend: 'Give the origin of an accounts server, such as http://localhost:8000',
    });
  }
  return new DataCenters(locations.map(([id, found]) => ({ id, domain: domainOf(id), accounts: found, api: {} })));
}

function readLocations(text: string): [string, string][] | undefined {
  try {
    const { result, locations } = JSON.parse(text) as { result?: unknown; locations?: Record<string, string> };
    return result === 'success' && locations ? Object.entries(locations) : undefined;
  } catch {
    return undefined;
  }
}
