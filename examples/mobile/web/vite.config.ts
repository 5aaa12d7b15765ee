import { join } from 'node:path';
import { defineConfig } from 'vite';
import { listSources } from '../../../tools/list-sources.ts';

const native = join(import.meta.dirname, '../../../sdk/native/src');

/** The web build of the Expo app: react-native-web in place of React Native, `.web.ts` files first, as Metro takes them. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [listSources(import.meta.dirname)],
  resolve: {
    extensions: ['.web.tsx', '.web.ts', '.tsx', '.ts', '.mjs', '.js'],
    alias: [
      { find: /^react-native$/, replacement: 'react-native-web' },
      { find: /^@grantway\/native$/, replacement: join(native, 'index.ts') },
      { find: /^@grantway\/native\/web$/, replacement: join(native, 'adapters/web.ts') },
      { find: /^.*\/setup\.ts$/, replacement: join(import.meta.dirname, '../phone/setup.web.ts') },
    ],
  },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    sourcemap: true,
    // Directives for server components mean nothing in a page.
    rolldownOptions: { onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning) },
  },
});
