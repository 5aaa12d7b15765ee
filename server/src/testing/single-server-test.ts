import { inject, test } from 'vitest';

const isCluster = inject('postgresWorkers').length > 0;
if (isCluster) {
  process.stderr.write('the server coordinates a cluster: tests that need a single server are left out\n');
}

/**
 * `test` for what can be seen on a single PostgreSQL only. Left out where `GRANTWAY_TEST_POSTGRES_URL` names the coordinator
 * of a cluster: its plans name its nodes, not what is read there, and nothing can stand in for the cluster that it has.
 */
export const singleServerTest = test.skipIf(isCluster);
