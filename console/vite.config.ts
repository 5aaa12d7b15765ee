import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';
import { listSources } from '../tools/list-sources.ts';

/** Bytes from which a file is worth compressing. */
const leastBytes = 1024;

/** Writes `.gz` beside each script and style sheet; the server answers with it (`server/src/console/pages.ts`). */
const compress: Plugin = {
  name: 'compress',
  writeBundle({ dir = '' }, bundle) {
    for (const file of Object.values(bundle)) {
      const content = Buffer.from(file.type === 'chunk' ? file.code : file.source);
      if (!/\.(?:js|css)$/.test(file.fileName) || content.length < leastBytes) continue;
      writeFileSync(join(dir, `${file.fileName}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

/** The console is served by the platform; the nonce is put in its place with each answer (`server/src/console/pages.ts`). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compress, listSources(import.meta.dirname)],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Directives for server components mean nothing in a page.
    rolldownOptions: { onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning) },
  },
});
