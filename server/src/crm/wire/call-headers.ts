import { formatDateTime } from '../fields/values/date-time.ts';

/** Headers of every answer to a valid token, beside those of its limits (`limits/`). */
export function callHeaders(
  expiresAtMs: number,
  timeZone: string,
  limits: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    'cache-control': 'no-store',
    'x-accesstoken-reset': formatDateTime(expiresAtMs, timeZone),
    ...limits,
  };
}
