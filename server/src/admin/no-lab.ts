import type { FastifyInstance } from 'fastify';
import { conflict } from './failure.ts';

/** What a platform without the lab answers to those who want to use it. */
export function registerNoLab(app: FastifyInstance): void {
  const refuse = async () => {
    throw conflict('this platform runs without the lab; stop it and start it with --lab');
  };
  app.all('/lab/*', refuse);
}
