/** @file Opens a workspace folder: its settings and the parts that a command needs, and nothing else. */
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { Clock } from '@tintype/core/ports/clock';
import type { Workspace } from '@tintype/core/ports/workspace';
import { systemClock } from '../clock.ts';
import { openRunFolders } from '../runs/open-run-folders.ts';
import { openStore } from '../store/open-store.ts';
import { readConfig, readEnvironmentFiles, withEnvironment } from './read-config.ts';
import { workspacePaths } from './workspace-paths.ts';

/** `queue` and `catalog` share one connection, so one costs what both cost. */
export type WorkspacePart = 'catalog' | 'store' | 'queue' | 'hub';

const allParts: readonly WorkspacePart[] = ['catalog', 'store', 'queue', 'hub'];

export interface OpenWorkspaceOptions {
  /** The folder with tintype.yaml; `findWorkspaceFolder` finds it. */
  folder: string;
  /** Default: the machine's, or that of the machine of the database. */
  clock?: Clock;
  /** What will be used; touching another part throws. Default: all. */
  needs?: readonly WorkspacePart[];
  /** Of an SQLite catalog's pages, held in memory; default 64 MiB. */
  cacheBytes?: number;
  /** Address of the hub, for tests and mirrors. */
  hubEndpoint?: string;
}

/** Throws WORKSPACE_NOT_FOUND, WORKSPACE_UNREADABLE, CONFIG_INVALID, CATALOG_TOO_NEW, BUCKET_DENIED or BUCKET_UNREACHABLE. */
export async function openWorkspace(options: OpenWorkspaceOptions): Promise<Workspace> {
  const { needs = allParts } = options;
  const folder = resolve(options.folder);
  const config = withEnvironment(await readConfig(folder), await readEnvironmentFiles(process.env));
  await ensureState(folder);

  const needsDatabase = needs.includes('catalog') || needs.includes('queue');
  const [records, store, hub] = await Promise.all([
    needsDatabase ? openRecords({ ...options, folder, database: config.database }) : undefined,
    needs.includes('store') ? openStore(config.store, { folder, config }) : undefined,
    needs.includes('hub') ? openHub(folder, options.hubEndpoint) : undefined,
  ]);

  const clock = records?.clock ?? options.clock ?? systemClock;
  const part = <T>(name: WorkspacePart, value: T | undefined): T => {
    if (value === undefined || !needs.includes(name)) throw new Error(`The workspace was opened without its ${name}.`);
    return value;
  };
  return {
    folder,
    config,
    clock,
    runFolders: openRunFolders({ folder: workspacePaths.runs(folder), clock }),
    get catalog() {
      return part('catalog', records?.catalog);
    },
    get archive() {
      return part('catalog', records?.archive);
    },
    get queue() {
      return part('queue', records?.queue);
    },
    get store() {
      return part('store', store);
    },
    get hub() {
      return part('hub', hub);
    },
    async [Symbol.asyncDispose]() {
      await records?.catalog[Symbol.asyncDispose]();
    },
  };
}

async function ensureState(folder: string): Promise<void> {
  const state = workspacePaths.state(folder);
  try {
    const made = await mkdir(state, { recursive: true, mode: 0o700 });
    if (made) await chmod(state, 0o700);
  } catch (error) {
    throw new TintypeError(
      'WORKSPACE_UNREADABLE',
      { path: folder, reason: (error as Error).message },
      { cause: error },
    );
  }
}

interface Records extends Pick<Workspace, 'catalog' | 'archive' | 'queue'> {
  /** The database's where it is on another machine. */
  clock?: Clock;
}

interface OpenRecords extends Pick<OpenWorkspaceOptions, 'folder' | 'clock' | 'cacheBytes'> {
  database: string;
}

async function openRecords(options: OpenRecords): Promise<Records> {
  const { folder, database, clock } = options;
  return database === 'sqlite' ? openSqlite(options) : openPostgres(folder, database, clock);
}

async function openSqlite({ folder, clock = systemClock, cacheBytes }: OpenRecords): Promise<Records> {
  const [{ openSqliteDatabase }, { createCatalog }, { createSqliteArchive }, { createQueue }] = await Promise.all([
    import('../catalog/sqlite-database.ts'),
    import('../catalog/create-catalog.ts'),
    import('../catalog/archive/sqlite-archive.ts'),
    import('../queue/create-queue.ts'),
  ]);
  const path = workspacePaths.catalog(folder);
  const db = await openSqliteDatabase({ path, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
  const context = { db, clock };
  return {
    catalog: createCatalog(context),
    archive: createSqliteArchive(context, { path }),
    queue: createQueue(context),
  };
}

async function openPostgres(folder: string, url: string, given: Clock | undefined): Promise<Records> {
  const [
    { openPostgresDatabase },
    { createPostgresCatalog },
    { createPostgresArchive },
    { createPostgresQueue },
    { followClock },
  ] = await Promise.all([
    import('../catalog/postgres-database.ts'),
    import('../catalog/open-postgres-catalog.ts'),
    import('../catalog/archive/postgres-archive.ts'),
    import('../queue/open-postgres-queue.ts'),
    import('../catalog/postgres-clock.ts'),
  ]);
  const { db, writer } = await openPostgresDatabase({
    url,
    async beforeUpgrade(database) {
      const { keepRows } = await import('../catalog/archive/keep-rows.ts');
      const upgradeClock = given ?? systemClock;
      const archive = createPostgresArchive({ ...database, clock: upgradeClock }, { url });
      await keepRows({ archive, clock: upgradeClock }, { folder: workspacePaths.upgradeBackups(folder) });
    },
  });
  const clock = given ?? (await followClock(db, systemClock));
  const context = { db, writer, clock };
  return {
    catalog: createPostgresCatalog(context),
    archive: createPostgresArchive(context, { url }),
    queue: createPostgresQueue({ db, clock }),
    clock,
  };
}

async function openHub(folder: string, endpoint: string | undefined): Promise<Workspace['hub']> {
  const { openHub: open } = await import('../hub/open-hub.ts');
  return open({ cacheFolder: workspacePaths.hubCache(folder), ...(endpoint === undefined ? {} : { endpoint }) });
}
