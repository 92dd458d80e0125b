/** @file The SQLite catalog keeps the catalog's contract, opens safely from several processes, and says what keeps it from opening. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeCatalog } from '@tintype/core/ports/catalog.contract';
import { anEvaluation, aRow, aVersion, by, fill, idOf } from '@tintype/core/ports/catalog-builders.contract';
import { describeIntegrityStore } from '@tintype/core/ports/integrity-store.contract';
import Sqlite from 'better-sqlite3';
import { type Kysely, type KyselyPlugin, type RootOperationNode, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { breakSqliteRows } from '../testing/break-sqlite.ts';
import { createCatalog } from './create-catalog.ts';
import { openSqliteCatalog } from './open-sqlite-catalog.ts';
import type { Tables } from './schema.ts';
import { openSqliteDatabase } from './sqlite-database.ts';

const aFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tintype-catalog-'));
const aPath = async (): Promise<string> => join(await aFolder(), 'catalog.sqlite');

describeCatalog('SQLite', async () => openSqliteCatalog({ path: await aPath(), clock }));

describe('SQLite: integrity', () => {
  describeIntegrityStore(async () => {
    const path = await aPath();
    const catalog = await openSqliteCatalog({ path, clock });
    return { catalog, breakRows: (statements: string) => breakSqliteRows(path, statements) };
  });
});

test.each([
  [undefined, -65_536],
  [8 * 2 ** 20, -8192],
])('of the pages of a file, %s bytes are held in memory', async (cacheBytes, kibibytes) => {
  const db = await openSqliteDatabase({ path: await aPath(), ...(cacheBytes === undefined ? {} : { cacheBytes }) });

  const { rows } = await sql<{ cache_size: number }>`pragma cache_size`.execute(db);
  await db.destroy();

  expect(rows).toEqual([{ cache_size: kibibytes }]);
});

test('what was recorded is there after a restart', async () => {
  const path = await aPath();
  const first = await openSqliteCatalog({ path, clock });
  await fill(first, ['cat/1.jpg']);
  await first[Symbol.asyncDispose]();

  await using second = await openSqliteCatalog({ path, clock });

  expect((await second.samples.get(idOf('cat/1.jpg'))).className).toBe('cat');
});

test('two open catalogs of one file see each other’s writes', async () => {
  const path = await aPath();
  await using writer = await openSqliteCatalog({ path, clock });
  await using reader = await openSqliteCatalog({ path, clock });
  const before = await reader.registryVersion();

  await writer.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), alias: 'champion', by: 'ada' });

  expect(await reader.registryVersion()).not.toBe(before);
  expect((await reader.registry.findLatestAliased('champion'))?.version).toBe(1);
});

test('the file is for its owner alone, in WAL mode with full synchronization', async () => {
  const path = await aPath();
  await using catalog = await openSqliteCatalog({ path, clock });
  await fill(catalog, ['cat/1.jpg']);

  const modes = await Promise.all(['', '-wal', '-shm'].map(async (end) => (await stat(`${path}${end}`)).mode & 0o777));
  const plain = new Sqlite(path, { readonly: true });

  expect(modes).toEqual([0o600, 0o600, 0o600]);
  expect(plain.pragma('journal_mode', { simple: true })).toBe('wal');
  plain.close();
});

test('the database itself refuses to change history', async () => {
  const path = await aPath();
  await using catalog = await openSqliteCatalog({ path, clock });
  await fill(catalog, ['cat/1.jpg']);
  await catalog.registry.publish(aVersion('pets'), { evaluation: anEvaluation('1'), alias: 'champion', by: 'ada' });
  await catalog.samples.remove([idOf('cat/1.jpg')], by);
  const nothing = { tokenId: null, sessionId: null, target: null, details: null, requestId: null };
  await catalog.access.recordAudit({ id: 'audit_1', at: 1, who: 'ada', action: 'addJob', status: 202, ...nothing });
  const review = { id: 'review_1', sampleId: idOf('cat/1.jpg'), className: 'dog', by: 'ada', at: 1 };
  await catalog.people.review([review]);

  const plain = new Sqlite(path);
  for (const table of [
    'label_events',
    'removal_events',
    'alias_log',
    'model_versions',
    'evaluations',
    'audit',
    'reviews',
  ]) {
    expect(() => plain.exec(`delete from ${table}`)).toThrow('append-only');
  }
  expect(() => plain.exec("update model_versions set bundle_hash = 'other'")).toThrow('append-only');
  plain.close();
});

test('a batch that fails in its middle leaves nothing behind', async () => {
  await using catalog = await openSqliteCatalog({ path: await aPath(), clock });
  const good = aRow('cat/1.jpg');
  const bad = { ...aRow('cat/2.jpg'), origin: { ...aRow('cat/2.jpg').origin, sizeBytes: null as unknown as number } };

  await expect(catalog.samples.recordIngest('pets', [good, bad], by)).rejects.toThrow('NOT NULL');

  expect(await catalog.samples.listDatasets()).toEqual([]);
  expect((await catalog.samples.list({})).total).toBe(0);
});

test('a full disk is STORAGE_FAILED, loses nothing that was confirmed, and passes', async () => {
  const path = await aPath();
  const db = await openSqliteDatabase({ path });
  await using catalog = createCatalog({ db, clock });
  await fill(catalog, ['cat/1.jpg']);
  const pages = await sql<{ page_count: number }>`pragma page_count`.execute(db);

  await sql`pragma max_page_count = ${sql.lit(pages.rows[0]?.page_count)}`.execute(db);
  const many = fill(
    catalog,
    Array.from({ length: 2000 }, (_, i) => `dog/${i}.jpg`),
  );
  await expect(many).rejects.toMatchObject({ code: 'STORAGE_FAILED', details: { reason: 'the disk is full' } });
  await sql`pragma max_page_count = 1000000`.execute(db);
  await fill(catalog, ['dog/1.jpg']);

  expect((await catalog.samples.list({})).total).toBe(2);
});

test('that a token was used is left out while another process writes, and nothing waits for it', async () => {
  const path = await aPath();
  await using catalog = await openSqliteCatalog({ path, clock });
  const token = { id: 'tok_1', name: 'robot', role: 'viewer' as const, scopes: [], createdBy: 'ada', createdAt: 1 };
  const rest = { expiresAt: null, lastUsedAt: null, revokedAt: null, secretHash: '00' };
  await catalog.access.createToken({ ...token, ...rest });
  const other = new Sqlite(path);

  other.exec('begin immediate');
  const begun = performance.now();
  await catalog.access.touchToken('tok_1', 5);
  const waitedMs = performance.now() - begun;
  const during = await catalog.access.findToken('tok_1');
  setTimeout(() => other.exec('commit'), 0);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await catalog.access.touchToken('tok_1', 7);
  other.close();

  expect(waitedMs).toBeLessThan(1000);
  expect(during?.lastUsedAt).toBeNull();
  expect((await catalog.access.findToken('tok_1'))?.lastUsedAt).toBe(7);
});

test('other changes wait for another process, also after one that did not', async () => {
  const path = await aPath();
  const db = await openSqliteDatabase({ path });
  await using catalog = createCatalog({ db, clock });

  await catalog.access.touchToken('tok_1', 5);

  const { rows } = await sql<{ timeout: number }>`pragma busy_timeout`.execute(db);
  expect(rows).toEqual([{ timeout: 10_000 }]);
});

test('many first starts at once all succeed', async () => {
  const path = await aPath();

  const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => openInProcess(path, `c${i}/1.jpg`)));

  expect(answers).toEqual(Array.from({ length: 6 }, () => 'done'));
  await using catalog = await openSqliteCatalog({ path, clock });
  expect((await catalog.samples.list({})).total).toBe(6);
  expect((await readdir(join(path, '..'))).filter((name) => name.includes('.new'))).toEqual([]);
}, 60_000);

test('several opens in one process wait for each other', async () => {
  const path = await aPath();

  const catalogs = await Promise.all(Array.from({ length: 4 }, () => openSqliteCatalog({ path, clock })));

  await fill(catalogs[0] as (typeof catalogs)[number], ['cat/1.jpg']);
  expect((await catalogs[3]?.samples.list({}))?.total).toBe(1);
  for (const catalog of catalogs) await catalog[Symbol.asyncDispose]();
});

test('what a start that was killed left half made is made anew', async () => {
  const path = await aPath();
  await writeFile(`${path}.new`, 'half a database');
  await writeFile(`${path}.new-wal`, 'and its log');

  await using catalog = await openSqliteCatalog({ path, clock });

  expect(await catalog.samples.listDatasets()).toEqual([]);
});

test('a catalog of a newer version is refused and left as it is', async () => {
  const path = await aPath();
  await (await openSqliteCatalog({ path, clock }))[Symbol.asyncDispose]();
  const plain = new Sqlite(path);
  plain.prepare('insert into kysely_migration (name, timestamp) values (?, ?)').run('9999-future', '2030-01-01');
  plain.close();

  const opening = openSqliteCatalog({ path, clock });

  await expect(opening).rejects.toMatchObject({ code: 'CATALOG_TOO_NEW', details: { found: '9999-future' } });
});

test.each([
  ['a file that is no database', async (path: string) => writeFile(path, 'x'.repeat(5000)), 'not a database'],
  ['an empty file', async (path: string) => writeFile(path, ''), 'not a catalog'],
  ['a folder', async (path: string) => await mkdir(path), 'cannot be opened'],
  ['a missing folder', async (path: string) => rm(join(path, '..'), { recursive: true }), 'folder does not exist'],
  [
    'the database of another program',
    async (path: string) => new Sqlite(path).exec('create table t (a)').close(),
    'not a catalog',
  ],
])('%s in the place of the catalog is WORKSPACE_UNREADABLE', async (_what, prepare, reason) => {
  const path = await aPath();
  await prepare(path);

  const opening = openSqliteCatalog({ path, clock });

  await expect(opening).rejects.toMatchObject({ code: 'WORKSPACE_UNREADABLE' });
  await expect(opening).rejects.toThrow(reason);
});

test('a folder one may not write to is WORKSPACE_UNREADABLE', async () => {
  const folder = await aFolder();
  await chmod(folder, 0o555);
  // Root may write anywhere, so root tries as nobody.
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};

  const answer = await openInProcess(join(folder, 'catalog.sqlite'), 'cat/1.jpg', user);

  expect(answer).toBe('WORKSPACE_UNREADABLE');
});

test('a process killed between two writes leaves whole batches, all that it had confirmed among them', async () => {
  const path = await aPath();
  const child = startFilling(path);
  let confirmed = 0;
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    confirmed += chunk.toString().split('+').length - 1;
    if (confirmed >= 5) child.kill('SIGKILL');
  }

  const db = await openSqliteDatabase({ path });
  await using catalog = createCatalog({ db, clock });

  const { total } = await catalog.samples.list({});
  expect(total % 20).toBe(0);
  expect(total).toBeGreaterThanOrEqual(20 * confirmed);
  const check = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
  expect(check.rows).toEqual([{ integrity_check: 'ok' }]);
});

test.each([
  { className: 'c1', split: 'test' },
  { className: 'c1' },
  { split: 'test' },
  { dataset: 'pets' },
  { dataset: 'pets', className: 'c1', split: 'test' },
] as const)('a page of %j is read through an index, without sorting', async (query) => {
  const db = await openSqliteDatabase({ path: await aPath() });
  const queries: RootOperationNode[] = [];
  const recorder: KyselyPlugin = {
    transformQuery: ({ node }) => {
      queries.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await using catalog = createCatalog({ db: db.withPlugin(recorder), clock });

  await catalog.samples.list({ ...query, cursor: Buffer.from('["s_0"]').toString('base64url') });

  const plans = await Promise.all(queries.map((node) => explain(db, node)));
  expect(plans).toHaveLength(2);
  for (const plan of plans) expect(plan).toMatch(/USING (COVERING )?INDEX samples_/);
  expect(plans.join()).not.toContain('TEMP B-TREE');
});

test.each([
  { version: 'pets@1', confidence: '0.2:0.6', sort: 'path' },
  { version: 'pets@1', confidence: '0.2:0.6' },
  { version: 'pets@1', wrong: true, sort: '-confidence', confidence: '0.2:0.6' },
  { version: 'pets@1', class: 'cat', predicted: 'dog', sort: '-added' },
  { measure: 'brightness:0:0.2', sort: 'path' },
  { measure: 'brightness:0:0.2', sort: 'sharpness' },
  { tag: 'blurry', version: 'pets@1', measure: 'brightness:0:0.2', sort: '-size' },
] as const)('a page of %j is read in the order of one index, and the rest is found by its key', async (query) => {
  const db = await openSqliteDatabase({ path: await aPath() });
  const queries: RootOperationNode[] = [];
  const recorder: KyselyPlugin = {
    transformQuery: ({ node }) => {
      queries.push(node);
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await using catalog = createCatalog({ db: db.withPlugin(recorder), clock });
  const ids = await fill(
    catalog,
    Array.from({ length: 24 }, (_, n) => `cat/${n}.jpg`),
  );
  const answer = {
    model: 'pets',
    version: 1,
    className: 'cat',
    predicted: 'dog',
    confidence: 0.3,
    probabilities: null,
  };
  await catalog.samplePredictions.record(ids.map((sampleId) => ({ ...answer, sampleId })));
  await catalog.measures.record(ids.map((sampleId) => ({ sampleId, brightness: 0.1, sharpness: 1 })));
  await catalog.tags.add(ids, 'blurry', by);
  queries.length = 0;

  const { items } = await catalog.samples.list({ ...query, offset: 1, limit: 1 });

  const pages = queries.filter((node) => compile(db, node).sql.includes(' offset '));
  const [page = ''] = await Promise.all(pages.map((node) => explain(db, node)));
  const [first, ...others] = page.split('; ');
  expect(items).toHaveLength(1);
  expect(first).toMatch(/INDEX|PRIMARY KEY/);
  expect(page).not.toContain('TEMP B-TREE');
  // The trash is read once, and is small; what is in it is looked up in a filter before.
  const steps = others.filter(
    (step) => !/^LIST SUBQUERY|^CREATE BLOOM FILTER|^SEARCH samples .*\(removed=\?\)/.test(step),
  );
  for (const step of steps) expect(step).toMatch(/\b(sample_id|id)=\?/);
});

const compile = (db: Kysely<Tables>, node: RootOperationNode) =>
  db.getExecutor().compileQuery(node, { queryId: 'explain' });

async function explain(db: Kysely<Tables>, node: RootOperationNode): Promise<string> {
  const compiled = compile(db, node);
  const plan = { ...compiled, sql: `explain query plan ${compiled.sql}` };
  const { rows } = await db.executeQuery<{ detail: string }>(plan);
  return rows.map((row) => row.detail).join('; ');
}

const built = (file: string): string => JSON.stringify(new URL(`../../dist/${file}`, import.meta.url));
const prelude = `
  import { openSqliteCatalog } from ${built('catalog/open-sqlite-catalog.js')};
  import { systemClock as clock } from ${built('clock.js')};
  import { fill } from ${JSON.stringify(new URL('../../../core/dist/ports/catalog-builders.contract.js', import.meta.url))};
  const [, path, picture] = process.argv;
`;

/** Opens the catalog in a process of its own, adds a picture and closes: `done`, or the code of the error. */
async function openInProcess(path: string, picture: string, options: { uid?: number } = {}): Promise<string> {
  const program = `${prelude}
    try {
      const catalog = await openSqliteCatalog({ path, clock });
      await fill(catalog, [picture]);
      await catalog[Symbol.asyncDispose]();
      process.stdout.write('done');
    } catch (error) {
      process.stdout.write(String(error.code));
    }
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program, path, picture], options);
  return stdout;
}

/** Adds batches of 20 pictures without end and says `+` after each. */
function startFilling(path: string): ChildProcess {
  const program = `${prelude}
    const catalog = await openSqliteCatalog({ path, clock });
    for (let i = 0; ; i += 20) {
      await fill(catalog, Array.from({ length: 20 }, (_, k) => 'cat/' + (i + k) + '.jpg'));
      process.stdout.write('+');
    }
  `;
  return spawn(process.execPath, ['--input-type=module', '-e', program, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
