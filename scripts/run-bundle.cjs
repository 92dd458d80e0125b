/**
 * @file `run.cjs BUNDLE ...` beside a bundle runs it as a main module, with the code that V8 kept of it; CommonJS, since Node starts that sooner. Also gives the
 * function that does it, which returns the script.
 */
'use strict';
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { Script } = require('node:vm');

function runBundle(path) {
  const script = new Script(
    `(function (exports, require, module, __filename, bundleImport) {${readFileSync(path, 'latin1')}\n})`,
    {
      filename: path,
      cachedData: readCache(path),
    },
  );
  const module = { exports: {} };
  // Of URLs alone: a script has no modules of its own.
  const bundleImport = (url) => import(url);
  script.runInThisContext()(module.exports, createRequire(path), module, path, bundleImport);
  return script;
}

/** Another version of V8 refuses it, and compiles; so does one with other flags. */
function readCache(path) {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined;
  }
}

module.exports = { runBundle };
if (require.main === module) runBundle(process.argv[2]);
