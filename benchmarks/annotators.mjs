/**
 * @file Fifty people label one dataset at once, from five processes, on each database: labels that are lost or doubled, labels of a picture that are not the last
 * one given, and pictures that two had at a time. `node benchmarks/annotators.mjs [--pictures 1000] [--database sqlite|postgres] [--short]`
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openPostgresCatalog } from '@tintype/adapters/catalog/open-postgres-catalog';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { startPostgres } from '@tintype/adapters/testing/start-postgres';
import { recordPictures } from './workers/rows.mjs';

const { values } = parseArgs({
  options: { pictures: { type: 'string' }, database: { type: 'string' }, short: { type: 'boolean', default: false } },
});
const pictures = Number(values.pictures ?? (values.short ? 300 : 1000));
const databases = values.database ? [values.database] : ['sqlite', 'postgres'];
const processes = 5;
const peopleEach = 10;
/** Pictures that everybody labels, and how often each does. */
const contested = { pictures: 10, rounds: values.short ? 2 : 4 };
const entry = join(import.meta.dirname, 'annotators/people-main.mjs');

const results = {};
for (const database of databases) results[database] = await run(database);
const met = Object.values(results).every(
  ({ lost, doubled, notLast, heldTwice }) => lost + doubled + notLast + heldTwice === 0,
);
console.log(JSON.stringify({ people: processes * peopleEach, pictures, ...results, met }));

async function run(database) {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-bench-'));
  const server = database === 'postgres' ? await startPostgres({ isDurable: true }) : undefined;
  if (typeof server === 'string') throw new Error(`There is no PostgreSQL: ${server}.`);
  const place = server ? await server.createDatabase() : join(folder, 'catalog.sqlite');
  const catalog = await (server
    ? openPostgresCatalog({ url: place, clock })
    : openSqliteCatalog({ path: place, clock }));
  try {
    await recordPictures(catalog, pictures);
    const begun = performance.now();
    const told = await Promise.all(Array.from({ length: processes }, (_, n) => askPeople(database, place, n)));
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    return { ...(await judge(catalog, told.flat())), seconds };
  } finally {
    await catalog[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the people of one process were given and were told is kept. */
function askPeople(database, place, number) {
  const words = [database, place, String(number), String(peopleEach), JSON.stringify(contested)];
  const child = fork(entry, words);
  const told = [];
  return new Promise((resolve, reject) => {
    child.on('message', (one) => told.push(one));
    child.on('exit', (code) => (code === 0 ? resolve(told) : reject(new Error(`people ended with ${code}`))));
  });
}

async function judge({ samples }, told) {
  const kept = told.filter(({ kind }) => kind === 'kept');
  const ids = new Map();
  let notLast = 0;
  for await (const { id, className } of samples.stream({ dataset: 'pictures' })) {
    const events = await samples.listLabelEvents(id);
    for (const event of events) ids.set(event.id, (ids.get(event.id) ?? 0) + 1);
    if ((events.at(-1)?.className ?? null) !== className) notLast += 1;
  }
  const holders = new Map();
  for (const { sampleId, who } of told.filter(({ kind }) => kind === 'given'))
    holders.set(sampleId, (holders.get(sampleId) ?? new Set()).add(who));
  const times = kept.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return {
    given: holders.size,
    kept: kept.length,
    lost: kept.filter(({ id }) => !ids.has(id)).length,
    doubled: [...ids.values()].filter((count) => count > 1).length,
    notLast,
    heldTwice: [...holders.values()].filter(({ size }) => size > 1).length,
    saveP99Ms: Math.round(times[Math.floor(times.length * 0.99)] ?? 0),
  };
}
