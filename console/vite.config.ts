import { defineConfig } from 'vite';

/** The console is served by the platform; the nonce is put in its place with each answer (`server/src/console/pages.ts`). */
export default defineConfig({
  root: import.meta.dirname,
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Directives for server components mean nothing in a page.
    rolldownOptions: { onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning) },
  },
});
