import { afterEach, expect, test, vi } from 'vitest';
import { parseSettings } from '../config/load-settings.ts';
import { doubtfulDatabaseUrls } from './resolve-settings.ts';

afterEach(() => vi.unstubAllEnvs());

const settings = parseSettings({ dataCenters: ['us', 'eu'] });
const url = 'postgres://somebody@db.example/grantway';

test.each([
  ['none of them', {}, []],
  ['a data centre alone', { GRANTWAY_DC_US_URL: url }, []],
  ['all of them', { GRANTWAY_DIRECTORY_URL: url, GRANTWAY_DC_US_URL: url, GRANTWAY_DC_EU_URL: url }, []],
  ['an empty one of another data centre', { GRANTWAY_DC_XX_URL: '' }, []],
  [
    'one of another data centre',
    { GRANTWAY_DC_XX_URL: url },
    ['GRANTWAY_DC_XX_URL is not used: expected one of the data centres us, eu'],
  ],
  [
    'a replica of another data centre',
    { GRANTWAY_DC_XX_READ_URL: url },
    ['GRANTWAY_DC_XX_READ_URL is not used: expected one of the data centres us, eu'],
  ],
  [
    'the directory, but not all data centres',
    { GRANTWAY_DIRECTORY_URL: url, GRANTWAY_DC_US_URL: url },
    ['the directory is in a database of your own, eu in the embedded one: set GRANTWAY_DC_EU_URL'],
  ],
])('variables of databases: %s', (_what, variables, doubts) => {
  for (const name of Object.keys(process.env)) if (/^GRANTWAY_D/.test(name)) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  expect(doubtfulDatabaseUrls(settings)).toEqual(doubts);
});
