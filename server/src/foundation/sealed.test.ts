import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { seal, unseal } from './sealed.ts';
import { maskCredentials } from './secrets.ts';

const key = randomBytes(32);
const value = { name: 'robin@demo.example', atMs: 1_700_000_000_000 };

test('a sealed value is a JWE that tells nothing, and opens for its key and purpose only', async () => {
  const text = await seal(key, 'ticket', value);
  expect(text).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(JSON.parse(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString())).toEqual({
    alg: 'dir',
    enc: 'A256GCM',
  });
  expect(await unseal(key, 'ticket', text)).toEqual(value);
  expect(await unseal(key, 'hop', text)).toBeUndefined();
  expect(await unseal(randomBytes(32), 'ticket', text)).toBeUndefined();
  expect(await seal(key, 'ticket', value)).not.toBe(text);
});

test('whatever else comes is no sealed value, never a failure', async () => {
  const text = await seal(key, 'ticket', value);
  const [header = '', , iv, content, tag] = text.split('.');
  const none = Buffer.from('{"alg":"none","enc":"A256GCM"}').toString('base64url');
  const zipped = Buffer.from('{"alg":"dir","enc":"A256GCM","zip":"DEF"}').toString('base64url');
  const texts = [
    undefined,
    '',
    '.',
    '....',
    'x',
    'x'.repeat(100),
    text.slice(0, -2),
    `${header}..${iv}.${content}.${tag?.slice(0, 8)}`,
    `${header}..${iv}.${content?.split('').reverse().join('')}.${tag}`,
    `${none}..${iv}.${content}.${tag}`,
    `${zipped}..${iv}.${content}.${tag}`,
    `${text}.${tag}`,
    `${text}${'a'.repeat(4096)}`,
  ];
  for (const other of texts) expect(await unseal(key, 'ticket', other), other).toBeUndefined();
});

test('what was sealed before JWE still opens', async () => {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from('secret of client 1000.X'));
  const sealed = Buffer.concat([cipher.update(JSON.stringify('s3cret'), 'utf8'), cipher.final()]);
  const text = Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
  expect(await unseal(key, 'secret of client 1000.X', text)).toBe('s3cret');
  expect(await unseal(key, 'secret of client 1000.Y', text)).toBeUndefined();
});

test('a sealed value is masked where people may read it', async () => {
  const text = await seal(key, 'ticket', value);
  expect(maskCredentials(`hop=${text} was refused`)).toMatch(/^hop=#[0-9a-f]{10} was refused$/);
});
