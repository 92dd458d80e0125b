#!/usr/bin/env node
/** @file The command's door: runs the build, gathered where it is, or says how to make it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  const { findBundled } = await import('@tintype/adapters/bundled');
  const bundled = findBundled(new URL('../dist/bundle/', import.meta.url), 'main.cjs');
  if (bundled === undefined) await import(main.href);
  else createRequire(bundled)('./run.cjs').runBundle(bundled);
} else {
  process.stderr.write('error: tintype has not been built yet.\nnext:  npm run build\n');
  process.exitCode = 70;
}
