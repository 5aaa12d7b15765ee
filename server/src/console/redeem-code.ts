import type { ConsoleContext } from './context.ts';

/** Redeems a code at the token endpoint of this data centre, as any client does over HTTP. @returns the endpoint's own answer. */
export async function redeemCode(
  { accounts }: Pick<ConsoleContext, 'accounts'>,
  parameters: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await accounts.inject({
    method: 'POST',
    url: '/oauth/v2/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ grant_type: 'authorization_code', ...parameters }).toString(),
  });
  return { status: answer.statusCode, body: answer.json() };
}
