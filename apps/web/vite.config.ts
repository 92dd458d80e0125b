/** @file Builds the page into dist: one entry, one chunk per screen, nothing inlined so that a strict CSP holds. */
import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin, type Rolldown } from 'vite';

const server = process.env.TINTYPE_URL ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/health', '/predict', '/openapi.json', '/docs'];

/** Puts `early.ts` into the page, with the names of the files that the pictures' screen needs beside the page's own. */
function startEarly(): Plugin {
  return {
    name: 'start-early',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle = {} }) {
        const chunkOf = (file: string): Rolldown.OutputChunk => {
          const chunk = Object.values(bundle).find(
            (one) => one.type === 'chunk' && one.facadeModuleId?.endsWith(file) === true,
          );
          if (chunk?.type !== 'chunk') throw new Error(`The build has no chunk of ${file}.`);
          return chunk;
        };
        const own = listFiles(bundle, chunkOf('/index.html'));
        const files = [...listFiles(bundle, chunkOf('/PicturesScreen.tsx'))].filter((file) => !own.has(file));
        const attrs = {
          type: 'module',
          async: true,
          crossorigin: true,
          src: `/${chunkOf('/src/early.ts').fileName}`,
          'data-pictures': files.map((file) => `/${file}`).join(' '),
        };
        return [{ tag: 'script', attrs, injectTo: 'head' }];
      },
    },
  };
}

/** The chunk with its styles and all that it imports. */
function listFiles(bundle: Rolldown.OutputBundle, chunk: Rolldown.OutputChunk, seen = new Set<string>()): Set<string> {
  seen.add(chunk.fileName);
  for (const css of chunk.viteMetadata?.importedCss ?? []) seen.add(css);
  for (const name of chunk.imports) {
    const next = bundle[name];
    if (next?.type === 'chunk' && !seen.has(name)) listFiles(bundle, next, seen);
  }
  return seen;
}

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), startEarly()],
  resolve: { conditions: ['tintype-source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // What most screens share is one file: many small ones cost more than what a screen gets that it does not need. With fewer sharers it outgrows the
      // budget of the first screen.
      output: { codeSplitting: { groups: [{ name: 'shared', minShareCount: 8, test: /\.(?:ts|tsx|js|mjs)$/ }] } },
      input: { index: join(import.meta.dirname, 'index.html'), early: join(import.meta.dirname, 'src/early.ts') },
    },
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: true }])) },
});
