import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, '..');

/**
 * Writes `dist/sources.json` when all else is written: each file of this repository that the pages are made of, with
 * its SHA-256. By it the set-up (`tools/setup.mjs`) sees whether the pages are to be built again.
 */
const listSources: Plugin = {
  name: 'list-sources',
  writeBundle(_options, bundle) {
    const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []));
    const own = modules.filter((id) => existsSync(id) && !id.includes('node_modules'));
    const others = ['index.html', 'package.json', 'vite.config.ts'].map((name) => join(import.meta.dirname, name));
    const sources = [...new Set([...own, ...others])].sort().map((file) => {
      return [relative(root, file), createHash('sha256').update(readFileSync(file)).digest('hex')];
    });
    writeFileSync(join(import.meta.dirname, 'dist', 'sources.json'), JSON.stringify(Object.fromEntries(sources)));
  },
};

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
  plugins: [compress, listSources],
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Directives for server components mean nothing in a page.
    rolldownOptions: { onwarn: (warning, warn) => warning.code !== 'MODULE_LEVEL_DIRECTIVE' && warn(warning) },
  },
});
