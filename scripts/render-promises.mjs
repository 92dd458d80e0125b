/** @file docs/promises.md: each promise of serving with its last figure and the command that repeats it, from the list of benchmarks and their results. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));

/**
 * `benchmarks` are names of the list, or the beginning of some; `figures` are places in a result, each with the words around its value
 * (`#`). A promise that tests hold has `test` instead: it is held wherever they pass.
 */
const promises = [
  {
    what: 'Throughput, MobileNetV2, JPEGs of scenes and recyclables',
    bar: 'at least 0.85 of the bare decode + run loop on the same 2 cores, load generator on both sides',
    benchmarks: ['serve-throughput'],
    figures: { share: '# of the bare loop', perSecond: '# pictures/s' },
  },
  {
    what: 'Against FastAPI + transformers, ViT-B/16, same weights',
    bar: 'fp32 at least 1.25 times its throughput, int8 2.7 times; ready 3 times sooner; at most 0.6 of its memory with int8',
    benchmarks: ['serve-vit'],
    figures: {
      'ratios.fp32.c1': 'fp32 # times',
      'ratios.int8.c1': 'int8 # times (1 connection)',
      'ratios.int8.c4': '# times (4)',
      'ratios.int8.ready': 'ready # times sooner',
      'ratios.int8.memory': 'memory #',
    },
  },
  {
    what: 'Latency at 60 % of that rate, open loop',
    bar: 'p99 at most 3 times p50',
    benchmarks: ['serve-latency'],
    figures: { p99OverP50: '# times p50' },
  },
  {
    what: 'Start',
    bar: 'ready in at most 0.8 s after process start (MobileNetV2), 1.5 s (ViT-B)',
    benchmarks: ['serve-start'],
    figures: { 'mobilenet.readyMs': 'MobileNetV2 # ms', 'vitBase.readyMs': 'ViT-B # ms' },
  },
  {
    what: 'Light models (int8)',
    bar: 'MobileNetV2 at least 1.8 times faster, ViT-B 2.2 times; accuracy drops by at most 0.5 points on recyclables',
    benchmarks: ['int8'],
    figures: {
      'results.mobilenet.threads1.ratio': 'MobileNetV2 # times (1 thread)',
      'results.mobilenet.threads2.ratio': '# times (2)',
      'results.mobilenet.dropPoints': '# points lost',
      'results.vit.threads1.ratio': 'ViT-B # times (1 thread)',
      'results.vit.threads2.ratio': '# times (2)',
    },
  },
  {
    what: 'The process that answers HTTP',
    bar: 'event-loop delay p99.9 at most 50 ms; /health/live p99 at most 50 ms under full load',
    benchmarks: ['serve-overload'],
    figures: { 'loopDelayMs.p999': 'loop # ms', liveP99Ms: 'live # ms' },
  },
  {
    what: 'Overload, 10 times for 60 s',
    bar: 'goodput at least 90 % of the peak, refusals p99 at most 50 ms, no other 5xx, normal within 5 s',
    benchmarks: ['serve-overload'],
    figures: { goodput: 'goodput #', 'refusalMs.p99': 'refusals # ms' },
  },
  {
    what: 'Swap, 200 times under load, a fifth with broken models',
    bar: '0 failed requests',
    benchmarks: ['serve-swap'],
    figures: { failed: '# failed', answered: 'of # answered' },
  },
  {
    what: 'Shutdown, 50 SIGTERMs under load',
    bar: '0 failed requests in flight',
    benchmarks: ['serve-shutdown'],
    figures: { failed: '# failed', signals: '# signals' },
  },
  {
    what: 'Poison: one hang or crash in a batch of 32',
    bar: '31 answers and 1 coded error; child back in at most 500 ms; others unaffected',
    benchmarks: ['serve-poison'],
    figures: { 'backMs.longest': 'back in # ms', othersFailed: '# others failed' },
  },
  {
    what: 'Hostile pictures, models and bytes',
    bar: 'no crash, no hang, no 5xx; every hostile model refused in at most 10 s and 512 MiB',
    benchmarks: ['serve-hostile'],
    figures: {
      'pictures.inForms.files': '# pictures twice',
      'models.models': '# models in 4 ways',
      'models.slowestMs': 'at most # ms',
      'models.peakMiB': '# MiB',
      'raw.requests': '# raw requests',
    },
  },
  {
    what: 'API fuzz from our own OpenAPI document',
    bar: 'at least 5,000 requests: 0 5xx, every response matches its schema',
    benchmarks: ['api-fuzz'],
    figures: { requests: '# requests', serverErrors: '# 5xx', failures: '# other failures' },
  },
  {
    what: 'Addresses of pictures: encodings, redirects, rebinding against canary listeners',
    bar: 'at least 150 cases: 0 connections',
    test: 'packages/adapters/src/fetch',
  },
  {
    what: 'Authentication: every route, role, method and path spelling',
    bar: 'at least 2,000 cells: 0 unexpected 2xx',
    test: 'apps/server/src/access-matrix.test.ts',
  },
  {
    what: 'Persons counted (yolox_nano)',
    bar: 'none, one or many right on at least 47 of the 48 clear pictures',
    benchmarks: ['gates'],
    figures: { 'persons.right': '# right' },
  },
  {
    what: 'Same pixels, same answer: server, command line and evaluation',
    bar: 'probabilities differ by at most 1e-5 on 200 pictures',
    benchmarks: ['serve-parity'],
  },
  {
    what: 'Nothing lost: kill -9 at every named crash point, SQLite and PostgreSQL, files and S3',
    bar: '0 lost, 0 half visible, 0 doubled',
    benchmarks: ['crash-points'],
    figures: { points: '# cases' },
  },
  {
    what: 'Nothing lost: kills at any moment while pictures are taken in and labeled',
    bar: '300 kills: 0 lost, 0 half visible, 0 doubled',
    benchmarks: ['random-kills'],
    figures: { kills: '# kills' },
  },
  {
    what: 'Every kind of damage is found, and mended or put aside',
    bar: 'no label is ever changed',
    test: 'packages/core/src/verify',
  },
];

const readPath = (value, path) => path.split('.').reduce((node, key) => node?.[key], value);
const round = (value) => (Number.isInteger(value) ? value.toLocaleString('en-US') : Number(value.toPrecision(3)));

function figureOf({ figures = {} }, { result, status, at, commit }) {
  const parts = Object.entries(figures).flatMap(([path, words]) => {
    const value = readPath(result, path);
    return typeof value === 'number' ? [words.replace('#', round(value))] : [];
  });
  const isMet = result.met ?? result.passed ?? status === 0;
  return `${isMet ? 'met' : '**missed**'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''} (${at.slice(0, 10)}, ${commit.slice(0, 7)})`;
}

function rowOf(promise, suite) {
  const { what, bar, benchmarks = [], test } = promise;
  if (test) return [what, bar, 'held by tests, which fail where it is not', `\`npx vitest run ${test}\``];
  const names = Object.keys(suite).filter((name) =>
    benchmarks.some((start) => name === start || name.startsWith(`${start}-`)),
  );
  const found = names.filter((name) => existsSync(join(root, `benchmarks/results/${name}.json`)));
  const figures = found.map((name) => figureOf(promise, readJson(`benchmarks/results/${name}.json`)));
  const command = names.length > 0 ? `\`npm run bench ${names.join(' ')}\`` : 'no benchmark yet';
  return [what, bar, figures.length > 0 ? figures.join('; ') : 'not measured yet', command];
}

export function renderPromises() {
  const suite = readJson('benchmarks/suite.json');
  const rows = promises.map((promise) => rowOf(promise, suite));
  return [
    '<!-- Generated by `npm run docs:generate`. Do not edit. -->',
    '# Promises',
    'What serving promises, the last figure measured, and the command that repeats it. Figures come from `benchmarks/results`, which name machine, versions and commit; [benchmarks](../benchmarks/README.md) says how they are measured. A figure that is missing was not measured.',
    [
      '| promise | bar | last figure | repeat it |',
      '| --- | --- | --- | --- |',
      ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
    ].join('\n'),
  ].join('\n\n');
}
