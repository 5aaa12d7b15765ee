import type { FastifyInstance } from 'fastify';
import type { LabContext } from './context.ts';
import { Lab } from './lab.ts';
import { registerLab } from './routes.ts';

export { faultsOf } from './faults/data-center-faults.ts';
export { Faults } from './faults/faults.ts';

/** The one entrance of the lab, which a platform loads only when it is started with it. */
export function openLab(context: LabContext, adminApp: FastifyInstance): Lab {
  const lab = new Lab(context);
  registerLab(adminApp, lab);
  return lab;
}
