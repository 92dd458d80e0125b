#!/usr/bin/env node
/** @file The command's door: runs the build, or says how to make it. */
import { existsSync } from 'node:fs';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('error: tintype has not been built yet.\nnext:  npm run build\n');
  process.exitCode = 70;
}
