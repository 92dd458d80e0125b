/** @file `npm run bench [NAME...]`: runs the benchmarks one after the other, alone, and writes what they printed with machine and commit. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

const folder = import.meta.dirname;
const root = resolve(folder, '..');
const require = createRequire(join(root, 'package.json'));
const versionOf = (name) => JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();

/** Name -> script and arguments. `shared` names what of ../shared it needs. */
const suite = JSON.parse(readFileSync(join(folder, 'suite.json'), 'utf8'));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suite));
if (unknown.length > 0) {
  console.error(`error: there is no benchmark ${unknown.join(', ')}.\nnext:  one of ${Object.keys(suite).join(', ')}`);
  process.exit(64);
}

// Peers that use ONNX Runtime bare are as silent as we are: no thread that reports beside the measured ones.
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const python = process.env.TINTYPE_PEER_PYTHON;
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform}-${process.arch}`,
};
const versions = {
  node: process.version,
  'onnxruntime-node': versionOf('onnxruntime-node'),
  sharp: versionOf('sharp'),
  libvips: require('sharp').versions.vips,
};
mkdirSync(join(folder, 'results'), { recursive: true });

for (const [name, { script, args = [], shared = [], bar }] of Object.entries(suite)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const absent = shared.filter((path) => !existsSync(resolve(root, '../shared', path)));
  if (absent.length > 0) {
    console.log(`skip  ${name}: ../shared/${absent.join(', ../shared/')} is not here`);
    continue;
  }
  const startedAt = performance.now();
  const withPeer =
    python && readFileSync(join(folder, script), 'utf8').includes('--python') ? ['--python', python] : [];
  const { status, stdout } = spawnSync(process.execPath, [join(folder, script), ...args, ...withPeer], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  const seconds = Math.round((performance.now() - startedAt) / 100) / 10;
  const lines = stdout.trim().split('\n');
  let result;
  try {
    result = JSON.parse(lines.at(-1));
  } catch {
    result = { output: stdout };
  }
  const record = {
    name,
    bar,
    result,
    status,
    seconds,
    machine,
    versions,
    commit: git('rev-parse', 'HEAD'),
    dirty: git('status', '--porcelain') !== '',
    at: new Date().toISOString(),
  };
  writeFileSync(join(folder, 'results', `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
  console.log(`${status === 0 ? 'done ' : 'FAIL '} ${name} (${seconds} s): ${JSON.stringify(result)}`);
}
console.log(`${readdirSync(join(folder, 'results')).length} results in benchmarks/results`);
