/** @file Opens a workspace folder: its settings and the parts that a command needs, and nothing else. */
import { chmod, mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import { parseStoreAddress, renderStoreAddress } from '@tintype/contracts/store-address';
import type { Clock } from '@tintype/core/ports/clock';
import type { Workspace } from '@tintype/core/ports/workspace';
import { systemClock } from '../clock.ts';
import { openRunFolders } from '../runs/open-run-folders.ts';
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
    needsDatabase ? openRecords(folder, config.database, options.clock) : undefined,
    needs.includes('store') ? openStore(folder, config) : undefined,
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

interface Records extends Pick<Workspace, 'catalog' | 'queue'> {
  /** The database's where it is on another machine. */
  clock?: Clock;
}

async function openRecords(folder: string, database: string, clock: Clock | undefined): Promise<Records> {
  return database === 'sqlite' ? openSqlite(folder, clock ?? systemClock) : openPostgres(database, clock);
}

async function openSqlite(folder: string, clock: Clock): Promise<Records> {
  const [{ openSqliteDatabase }, { createCatalog }, { createQueue }] = await Promise.all([
    import('../catalog/sqlite-database.ts'),
    import('../catalog/create-catalog.ts'),
    import('../queue/create-queue.ts'),
  ]);
  const db = await openSqliteDatabase({ path: workspacePaths.catalog(folder) });
  return { catalog: createCatalog({ db, clock }), queue: createQueue({ db, clock }) };
}

async function openPostgres(url: string, given: Clock | undefined): Promise<Records> {
  const [{ openPostgresDatabase }, { createPostgresCatalog }, { createPostgresQueue }, { followClock }] =
    await Promise.all([
      import('../catalog/postgres-database.ts'),
      import('../catalog/open-postgres-catalog.ts'),
      import('../queue/open-postgres-queue.ts'),
      import('../catalog/postgres-clock.ts'),
    ]);
  const { db, writer } = await openPostgresDatabase({ url });
  const clock = given ?? (await followClock(db, systemClock));
  return { catalog: createPostgresCatalog({ db, writer, clock }), queue: createPostgresQueue({ db, clock }), clock };
}

async function openStore(folder: string, config: Config): Promise<Workspace['store']> {
  const address = parseStoreAddress(config.store);
  if (address.scheme === 'file') {
    const { openFileStore } = await import('../store/open-file-store.ts');
    return openFileStore({ folder: resolve(folder, address.folder) });
  }
  const [{ openBucket }, { openRemoteStore }] = await Promise.all([
    import('../buckets/open-bucket.ts'),
    import('../store/open-remote-store.ts'),
  ]);
  const cacheFolder = workspacePaths.storeCache(folder, renderStoreAddress(address));
  return openRemoteStore({ bucket: await openBucket(address, config), cacheFolder, cacheBytes: config.cache.bytes });
}

async function openHub(folder: string, endpoint: string | undefined): Promise<Workspace['hub']> {
  const { openHub: open } = await import('../hub/open-hub.ts');
  return open({ cacheFolder: workspacePaths.hubCache(folder), ...(endpoint === undefined ? {} : { endpoint }) });
}
