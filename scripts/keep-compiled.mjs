/**
 * @file `keep-compiled.mjs BUNDLE ARGUMENTS`: runs a bundle as its command would, until a server has written its line or a child has had a second, and keeps
 * beside it what V8 compiled meanwhile. Ends itself.
 */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [node, , path, ...args] = process.argv;
process.argv = [node, path, ...args];
const keep = () => {
  writeFileSync(`${path}.cache`, script.createCachedData());
  process.exit(0);
};
process.stdout.write = () => {
  setImmediate(keep);
  return true;
};
const script = createRequire(path)('./run.cjs').runBundle(path);
if (args[0] !== 'serve') setTimeout(keep, 1000);
