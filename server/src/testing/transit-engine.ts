import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

export const transitToken = 'transit-token-of-tests';

/**
 * The two calls of the transit engine of HashiCorp Vault and OpenBao that `deploy/key-vault/transit.mjs` makes, with AES-GCM
 * and `associated_data` as these have it.
 * @param asked gets the name of each call
 */
export function transitEngine(asked: string[]): Server {
  const key = randomBytes(32);
  return createServer(async (request, response) => {
    const call = /^\/v1\/transit\/(encrypt|decrypt)\/grantway$/.exec(request.url ?? '')?.[1];
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.headers['x-vault-token'] !== transitToken || !call) return answer(403, { errors: ['denied'] });
    asked.push(call);
    const body = (await json(request)) as Record<'plaintext' | 'ciphertext' | 'associated_data', string>;
    const associated = Buffer.from(body.associated_data, 'base64');
    if (call === 'encrypt') {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associated);
      const sealed = Buffer.concat([cipher.update(Buffer.from(body.plaintext, 'base64')), cipher.final()]);
      const whole = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
      return answer(200, { data: { ciphertext: `vault:v1:${whole}` } });
    }
    try {
      const whole = Buffer.from(body.ciphertext.replace(/^vault:v1:/, ''), 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, whole.subarray(0, 12)).setAAD(associated);
      decipher.setAuthTag(whole.subarray(12, 28));
      const plain = Buffer.concat([decipher.update(whole.subarray(28)), decipher.final()]);
      return answer(200, { data: { plaintext: plain.toString('base64') } });
    } catch {
      return answer(400, { errors: ['cipher: message authentication failed'] });
    }
  });
}
