/** @file Every step that makes something durable has a crash point or a reason to have none, and every crash point is somewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { crashPoints } from '@tintype/core/ports/crash-point';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const folders = ['packages/core/src', 'packages/adapters/src', 'apps/server/src', 'apps/cli/src'];

/** A line that puts bytes or rows where they stay. */
const durableStep =
  /\.transaction\(\)|\b(?:renameSync|linkSync|rename|writeFile|writeFileSync|copyFile)\((?!making|viewId|params)|[sS]tore\.(?:put|write|remove)\(|[bB]ucket\.(?:put|write|remove)\(|refusals\.(?:put|write)\(/g;
const point = /\bcrashPoint\('([\w.]+)'\)/g;

const store = 'the points of the store are inside';
const whole = 'made beside its place and renamed, and made again where it is missing';

/** Steps without a point of their own: how many, and why. */
const exempt: Readonly<Record<string, readonly [steps: number, reason: string]>> = {
  'packages/core/src/model/pixel-cache.ts': [1, `a damaged shard; ${store}`],
  'packages/core/src/model/feature-cache.ts': [1, `a damaged shard; ${store}`],
  'packages/core/src/model/gates/measure-cache.ts': [2, `computed again where it is missing; ${store}`],
  'packages/core/src/model/write-folder.ts': [2, whole],
  'packages/core/src/ingest/sweep-drop-zone.ts': [1, 'the array; ingest.stored comes after it'],
  'packages/core/src/train/network/prepare-data.ts': [2, whole],
  'packages/core/src/train/network/run-training.ts': [2, 'made again when the run goes on'],
  'packages/core/src/train/augment-pictures.ts': [1, 'a picture to look at, made beside its place'],
  'packages/core/src/tune/compare-models.ts': [1, 'a folder of a moment'],
  'packages/core/src/registry/report-parity.ts': [2, 'an answer, made beside what it speaks of'],
  'packages/core/src/registry/export-light.ts': [1, 'a folder of a moment'],
  'packages/core/src/serve/prediction-log.ts': [1, `the row comes after it; ${store}`],
  'packages/core/src/explore/picture-map.ts': [1, `computed again where it is missing; ${store}`],
  'packages/core/src/explore/stored-report.ts': [1, `computed again where it is missing; ${store}`],
  'packages/core/src/explore/stored-points.ts': [1, `computed again where it is missing; ${store}`],
  'packages/core/src/verify/check-derived.ts': [1, `a damaged shard; verify.mended comes after it; ${store}`],
  'packages/core/src/verify/check-pictures.ts': [1, `a thumbnail; verify.mended comes after it; ${store}`],
  'packages/core/src/verify/check-snapshots.ts': [1, `verify.mended comes after it; ${store}`],
  'packages/core/src/verify/quarantine.ts': [2, `the copy of what is back; verify.mended comes after it; ${store}`],
  'packages/adapters/src/catalog/keep-copy.ts': [1, 'migrate.copied comes after it'],
  'packages/adapters/src/hub/open-hub.ts': [3, whole],
  'packages/adapters/src/hub/resumable-download.ts': [3, whole],
  'packages/adapters/src/workspace/init-workspace.ts': [1, 'settings, written once, where there is nothing yet'],
  'packages/adapters/src/sources/open-bucket-source.ts': [1, 'ingest.removed comes after it'],
  'packages/adapters/src/store/local-copies.ts': [2, 'a copy that goes; it is downloaded again where it is missing'],
  'packages/adapters/src/runs/open-run-folders.ts': [1, 'a sign of who works in a folder; one that is cut is no sign'],
  'apps/cli/src/write-whole-file.ts': [2, whole],
};

interface Source {
  path: string;
  steps: number;
  points: string[];
}

function readSources(): Source[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !/\.(test|contract|types)\.ts$|\btesting\b|fixtures|fake-/.test(name))
      .map((name) => {
        const code = readFileSync(join(root, folder, name), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '');
        return {
          path: `${folder}/${name}`,
          steps: code.match(durableStep)?.length ?? 0,
          points: [...code.matchAll(point)].map((match) => match[1] as string),
        };
      }),
  );
}

const sources = readSources();

test('every step that makes something durable has a crash point', () => {
  const bare = sources
    .filter(({ path, steps, points }) => steps > points.length + (exempt[path]?.[0] ?? 0))
    .map(({ path, steps, points }) => `${path}: ${steps} durable steps, ${points.length} crash points`);

  expect(bare).toEqual([]);
});

test('no exemption outlives its step', () => {
  const idle = Object.entries(exempt)
    .filter(([path, [allowed]]) => (sources.find((one) => one.path === path)?.steps ?? 0) < allowed)
    .map(([path]) => path);

  expect(idle).toEqual([]);
});

test('every crash point of the table is somewhere in the code, and there are at least 40', () => {
  const used = new Set(sources.flatMap(({ points }) => points));

  expect(Object.keys(crashPoints).filter((name) => !used.has(name))).toEqual([]);
  expect(Object.keys(crashPoints).length).toBeGreaterThanOrEqual(40);
});
