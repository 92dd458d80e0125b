/**
 * @file `keep-compiled.mjs BUNDLE ARGUMENTS`: runs a bundle as its command would, until it has written a line, and keeps beside it what V8 compiled
 * meanwhile. Ends itself.
 */
import { writeFileSync } from 'node:fs';
import { runBundled } from '@tintype/adapters/bundled';

const [node, , path, ...args] = process.argv;
process.argv = [node, path, ...args];
let script;
process.stdout.write = () => {
  setImmediate(() => {
    writeFileSync(`${path}.cache`, script.createCachedData());
    process.exit(0);
  });
  return true;
};
script = runBundled(path);
