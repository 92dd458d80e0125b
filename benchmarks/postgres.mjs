/**
 * @file The catalog with a million samples and five labels of each on average: pages of the grid, counts after a change, labels; on PostgreSQL, or
 * on SQLite against twice the bars. `node benchmarks/postgres.mjs [--samples 1000000] [--database sqlite]`
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPostgresCatalog } from '@tintype/adapters/catalog/open-postgres-catalog';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { ask, startPostgres } from '@tintype/adapters/testing/start-postgres';
import { fillSqlite } from './postgres/fill-sqlite.mjs';

const { values } = parseArgs({
  options: { samples: { type: 'string', default: '1000000' }, database: { type: 'string', default: 'postgres' } },
});
const samples = Number(values.samples);
const eventsPerSample = 5;
const times = values.database === 'sqlite' ? 2 : 1;
const bars = { pageMs: 100 * times, countMs: 150 * times, labelMs: 10 * times };

const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
const server = values.database === 'sqlite' ? undefined : await startPostgres({ isDurable: true });
if (typeof server === 'string') throw new Error(`There is no PostgreSQL: ${server}.`);
try {
  const begun = performance.now();
  const catalog = await (server ? openFilledPostgres() : openFilledSqlite());
  const filledMs = Math.round(performance.now() - begun);

  const pageMs = await percentiles(pages(), (query) => catalog.samples.list(query));
  const [first] = (await catalog.samples.list({ limit: 1 })).items;
  const label = (id, className) =>
    catalog.samples.appendLabelEvents([
      { id, sampleId: first.id, className, annotator: 'ada', source: 'human', at: clock.now() },
    ]);
  const labelMs = await percentiles(range(200), (i) => label(`own_${i}`, `c${i % 10}`));
  const countMs = await percentiles(
    range(20),
    (i) => catalog.samples.list({ class: `c${i % 10}`, limit: 1, offset: 1 }),
    {
      before: (i) => label(`count_${i}`, `c${i % 10}`),
    },
  );

  await catalog[Symbol.asyncDispose]();
  const met = pageMs.p95 <= bars.pageMs && countMs.p95 <= bars.countMs && labelMs.p95 <= bars.labelMs;
  console.log(
    JSON.stringify({
      database: values.database,
      samples,
      labels: samples * eventsPerSample,
      filledMs,
      pageMs,
      countMs,
      labelMs,
      bars,
      met,
    }),
  );
} finally {
  await server?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}

async function openFilledPostgres() {
  const url = await server.createDatabase();
  const catalog = await openPostgresCatalog({ url, clock });
  await fill(url);
  return catalog;
}

async function openFilledSqlite() {
  const path = join(folder, 'catalog.sqlite');
  const migrated = await openSqliteCatalog({ path, clock });
  await migrated[Symbol.asyncDispose]();
  fillSqlite(path, { samples, eventsPerSample });
  return openSqliteCatalog({ path, clock });
}

/** What people look at: every order, filters that keep much and little, first pages and deep ones. */
function pages() {
  const limit = 200;
  const shapes = [
    { limit },
    { limit, class: 'c1' },
    { limit, class: '' },
    { limit, dataset: 'zoo', split: 'test' },
    { limit, sort: 'path' },
    { limit, sort: '-added' },
    { limit, sort: 'label' },
    { limit, sort: '-size', dataset: 'zoo' },
    { limit, sort: 'path', dataset: 'zoo', class: 'c3' },
    { limit, annotator: 'p7' },
    { limit, offset: Math.floor(samples / 10) },
  ];
  // The first of each counts what later ones remember.
  return range(6).flatMap(() => shapes);
}

/** Rows made by the database itself, indexes after them: minutes less than through the catalog. */
async function fill(url) {
  const tables = ['samples', 'label_events'];
  const indexes = await ask(
    url,
    `select i.indexname as name, i.indexdef as text from pg_indexes i where tablename in ('${tables.join("','")}')
      and not exists (select 1 from pg_constraint c where c.conname = i.indexname)`,
  );
  const drops = indexes.map(({ name }) => `drop index ${name}`);
  const made = 1_700_000_000_000;
  const labeled = (column) => `case when i % 5 = 0 then null else ${column} end`;
  const statements = [
    // Without foreign keys being looked up, row by row, for rows that were just made.
    "set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '256MB'",
    // A table that is emptied in the transaction that fills it needs no log of its rows.
    'truncate samples, label_events cascade',
    ...drops,
    "insert into datasets (name, created_at) values ('pets', 1), ('zoo', 1)",
    "insert into classes (name, position) select 'c' || i, i from generate_series(0, 9) i",
    `insert into samples (id, dataset, content_hash, path, format, width_px, height_px, size_bytes, perceptual_hash, class_name,
        split, created_at, removed, labeled_by, label_source, labeled_at)
      select 's_' || substr(md5(i::text), 1, 20), case when i % 3 = 0 then 'zoo' else 'pets' end, md5(i::text) || md5(i::text),
        'folder' || i % 100 || '/picture-' || i || '.jpg', 'jpeg', 640, 480, 100000 + i % 5000, '00ff00ff00ff00ff',
        ${labeled("'c' || i % 10")}, case i % 10 when 0 then 'test' when 1 then 'validation' else 'train' end, ${made} + i, 0,
        ${labeled("'p' || i % 20")}, ${labeled("'human'")}, ${labeled(`${made} + i`)}
      from generate_series(1, ${samples}) i`,
    `insert into label_events (id, sample_id, class_name, annotator, source, at)
      select 'l' || k || '_' || i, 's_' || substr(md5(i::text), 1, 20), 'c' || i % 10, 'p' || i % 20, 'human', ${made} + i
      from generate_series(1, ${eventsPerSample}) k, generate_series(1, ${samples}) i`,
    ...indexes.map(({ text }) => text),
  ];
  await ask(url, statements.join(';\n'));
  await ask(url, 'vacuum analyze');
}

async function percentiles(asked, run, { before } = {}) {
  const times = [];
  for (const one of asked) {
    await before?.(one);
    const begun = performance.now();
    await run(one);
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const at = (share) => Math.round(times[Math.min(times.length - 1, Math.floor(times.length * share))] * 10) / 10;
  return { p50: at(0.5), p95: at(0.95) };
}

function range(count) {
  return Array.from({ length: count }, (_, i) => i);
}
