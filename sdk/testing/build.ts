/** Builds the package into `dist/`. Run it as `node sdk/testing/build.ts`. */
import { buildModules } from '../build-modules.ts';

await buildModules(import.meta.dirname);
