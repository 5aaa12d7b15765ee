import { isDeepStrictEqual } from 'node:util';
import type { AdminContext } from '../admin/context.ts';
import { systemRandom } from '../foundation/random.ts';
import type { LabDemo } from '../lab/context.ts';
import { type DemoUser, loadDemoUsers, readDemoUsers, writeDemoUsers } from './demo-accounts.ts';
import { loadDemoContent } from './load-content.ts';
import { seedDemo } from './seed-demo.ts';
import type { Samples } from './start-samples.ts';

/** The demo, as the lab resets it and carries it from machine to machine. */
export function demoOfLab(admin: AdminContext, dataDirectory: string, samples: Samples): LabDemo {
  const accounts = () => {
    const users = readDemoUsers(dataDirectory);
    return users.length === 0 ? undefined : users;
  };
  /** They know the demo's clients by ids that may be others now. */
  const restartSamples = async () => {
    await samples.close();
    await samples.start();
  };
  return {
    accounts,
    async adopt(given) {
      if (!Array.isArray(given) || isDeepStrictEqual(given, accounts())) return;
      writeDemoUsers(dataDirectory, given as DemoUser[]);
      if (samples.list().length > 0) await restartSamples();
    },
    async seed() {
      const users = loadDemoUsers(dataDirectory, [...admin.dataCenters.keys()], systemRandom);
      await seedDemo(admin, users);
      await restartSamples();
      await loadDemoContent(admin, users, new AbortController().signal);
    },
  };
}
