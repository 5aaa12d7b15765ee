import { expect, test } from 'vitest';
import { checkDatabaseUrls } from './databases.ts';

test.each([
  ['postgres://me:p%40ss@db.example.com/us'],
  ['postgresql://me@/us?host=/run/postgresql'],
  ['postgres://me:p@ss@db.example.com:5433/us'],
])('%s is a database', (url) => {
  expect(() => checkDatabaseUrls({ directory: 'postgres://me@db/directory', dataCenters: { us: url } })).not.toThrow();
});

test.each([
  ['mysql://me:hush@db/us', /^the database URL of "us": expected one that begins with postgres:\/\/, got another$/],
  ['postgres://me:hush/@db/us', /"us": expected one whose user and password have .* percent-encoded/],
  ['postgres://me:hu?sh@db/us', /percent-encoded/],
  ['postgres://me:hu#sh@db/us', /percent-encoded/],
  ['postgres://me:hush@db:port/us', /expected a URL as PostgreSQL reads it, .*, got another$/],
  [
    'postgres://other:hush@db/directory',
    /a database of its own for each of "directory" and "us", got the database "directory" of one/,
  ],
])('%s is refused, and no part of a password told', (url, message) => {
  const check = () => checkDatabaseUrls({ directory: 'postgres://me@db/directory', dataCenters: { us: url } });
  expect(check).toThrow(message);
  expect(check).not.toThrow(/hu.?sh/);
});

test('a read replica may be the same database', () => {
  const url = 'postgres://me@db/us';
  expect(() => checkDatabaseUrls({ dataCenters: { us: url }, replicas: { us: url } })).not.toThrow();
  expect(() => checkDatabaseUrls({ dataCenters: { us: url }, replicas: { us: 'db' } })).toThrow(/"us, replica"/);
});
