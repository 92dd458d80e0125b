/**
 * @file Gathers the built modules that a start of `tintype` and of its children loads into one file each, libraries included, and keeps what V8 made of them:
 * a thousand small files take longer to find and compile than to run. What is built stays where it is, and is used wherever the bundle is older
 * (packages/adapters/src/bundled.ts).
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const built = (path) => JSON.stringify(join(root, path));

/** File -> the module that it runs. */
const bundles = {
  'apps/cli/dist/bundle/main.cjs': `import ${built('apps/cli/dist/main.js')};`,
  'packages/adapters/dist/bundle/picture-child.cjs': `
    import { answerCalls } from ${built('packages/adapters/dist/children/answer-calls.js')};
    const [, , , memoryMb, parentId] = process.argv;
    void answerCalls({ memoryMb: Number(memoryMb), parentId: Number(parentId) }, () => import(${built('packages/core/dist/model/picture-tasks.js')}));`,
};

/** Libraries that are left where they are: native code, files beside theirs, or nothing that a start loads. */
const external = [
  'better-sqlite3',
  'onnxruntime-node',
  '@aws-sdk',
  '@google-cloud',
  '@huggingface/hub',
  'h5wasm',
  'libheif-js',
  'scran.js',
  'pg',
  'prom-client',
];
/** Of sharp, which is gathered but for this: its own JavaScript, comparison of versions included, took half of a child's start. */
const isNative = (id) => id.startsWith('@img/sharp-');
const isExternal = (id) => isNative(id) || external.some((name) => id === name || id.startsWith(`${name}/`));

/** Loaded when it is first needed, as where it is imported by a module of its own: what is external to a bundle would be loaded at its beginning. */
const keepExternal = {
  name: 'keep-external',
  resolveId: (id) => (isExternal(id) ? `\0external:${id}.cjs` : undefined),
  load(id) {
    const [, name] = /^\0external:(.*)\.cjs$/.exec(id) ?? [];
    return name === undefined ? undefined : `module.exports = bundleRequire(${JSON.stringify(name)});`;
  },
};

/** Modules that are left where they are, since what they need cannot be gathered: HDF5 is WebAssembly that a module waits for. */
const apart = ['./formats/keras/import-keras.js'];

/** The built code that bundles must not be older than. */
const sources = [
  ...['contracts', 'autograd', 'vision', 'core', 'adapters', 'client'].map((name) => `packages/${name}`),
  'apps/server',
  'apps/cli',
].map((folder) => `${folder}/dist/.tsbuildinfo`);

/** A module that looks for files or modules beside itself is told where it was; `bundlePlace` is made by the bundle's first line. */
const keepPlaces = (folder) => ({
  name: 'keep-places',
  transform(code, id) {
    if (/import\.meta\.(?!url\b)/.test(code))
      throw new Error(`${id} asks where it is in a way that its bundle does not know`);
    const [file, place] = [relative(folder, id), relative(folder, dirname(id))].map((path) => JSON.stringify(path));
    const placeOf = (module) => JSON.stringify(relative(folder, join(dirname(id), module)));
    return apart
      .reduce(
        (text, module) => text.replaceAll(`import('${module}')`, `bundleImport(bundlePlace.url(${placeOf(module)}))`),
        code,
      )
      .replaceAll('import.meta.url', `bundlePlace.url(${file})`)
      .replace(/(?<![\w.'"`])__dirname(?![\w'"`])/g, `bundlePlace.path(${place})`);
  },
});
const banner = `'use strict';
const bundleRequire = require;
const bundlePlace = {
  path: (to) => require('node:path').join(require('node:path').dirname(__filename), to),
  url: (to) => new URL(to, require('node:url').pathToFileURL(__filename)).href,
};`;

/** Gathered, its modules need no detour (packages/adapters/src/catalog/kysely.ts). */
const gatherKysely = {
  name: 'gather-kysely',
  load: (id) => (id.endsWith('adapters/dist/catalog/kysely.js') ? "export * from 'kysely';" : undefined),
};

const entry = 'bundle-entry';
const makeEntry = (code) => ({
  name: 'make-entry',
  resolveId: (id) => (id === entry ? entry : undefined),
  load: (id) => (id === entry ? code : undefined),
});

/** Half as much to read and keep: V8 stores one byte a character where no character needs two. */
const toAscii = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

for (const [file, code] of Object.entries(bundles)) {
  const target = join(root, file);
  const folder = dirname(target);
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    input: entry,
    cwd: root,
    platform: 'node',
    plugins: [makeEntry(code), keepExternal, gatherKysely, keepPlaces(folder)],
  });
  await bundle.write({
    file: target,
    format: 'cjs',
    codeSplitting: false,
    banner,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  writeFileSync(target, toAscii(readFileSync(target, 'utf8')));
  copyFileSync(join(root, 'scripts/run-bundle.cjs'), join(folder, 'run.cjs'));
  const madeFrom = [...sources, 'package-lock.json'].map((path) => relative(folder, join(root, path)));
  writeFileSync(join(folder, 'made-from.json'), JSON.stringify(madeFrom));
  console.log(`${file}: ${(statSync(target).size / 2 ** 20).toFixed(1)} MB`);
}

/** As `packages/adapters/src/children/start-child.ts` sets it: V8 takes code that it kept under the same flags only. */
const childFlag = '--max-old-space-size=512';

// What a server and a child compile until they are ready, in a workspace that is gone afterwards. A start without it is slower, no more.
const [main, child] = Object.keys(bundles).map((file) => join(root, file));
const folder = mkdtempSync(join(tmpdir(), 'tintype-bundle-'));
// A child removes the folder that it runs in.
const cwd = join(folder, 'child');
mkdirSync(cwd);
const run = (...args) =>
  spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], timeout: 30_000 });
const keepCompiled = join(root, 'scripts/keep-compiled.mjs');
run(childFlag, keepCompiled, child, '', '1024', `${process.pid}`);
run(join(root, 'apps/cli/bin/tintype.js'), 'init', folder);
run(keepCompiled, main, 'serve', '--workspace', folder, '--port', '0', '--json', '--log-level', 'error');
rmSync(folder, { recursive: true, force: true });
for (const path of [main, child])
  if (!existsSync(`${path}.cache`)) console.log(`${path}: starts without what V8 makes of it`);
