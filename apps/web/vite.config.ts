/** @file Builds the page into dist: one entry, one chunk per screen, nothing inlined so that a strict CSP holds. */
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

const server = process.env.TINTYPE_URL ?? 'http://127.0.0.1:8080';
const proxied = ['/api', '/health', '/predict', '/openapi.json', '/docs'];

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: { conditions: ['tintype-source', ...defaultClientConditions] },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: true }])) },
});
