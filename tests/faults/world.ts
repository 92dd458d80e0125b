/** @file Workspaces for the fault harness: on either database and either store, filled once and copied, run in real processes, compared as a whole. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { systemClock } from '@tintype/adapters/clock';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { type PostgresServer, startPostgres } from '@tintype/adapters/testing/start-postgres';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import type { VerifyReport } from '@tintype/contracts/verify';
import { createBackup } from '@tintype/core/backup/create-backup';
import { getBackup, listBackups } from '@tintype/core/backup/list-backups';
import { verifyBackup } from '@tintype/core/backup/verify-backup';
import { objectKeys } from '@tintype/core/ports/object-store';
import type { Workspace } from '@tintype/core/ports/workspace';
import { stripes } from '@tintype/core/train/testing';
import { verifyWorkspace } from '@tintype/core/verify/verify-workspace';
import { encodeJpeg } from '@tintype/vision/sharp';
import { type ScenarioName, scenarios } from './scenarios.ts';

const entry = fileURLToPath(new URL('./fixtures/run-scenario.mjs', import.meta.url));

export interface Places {
  database: 'sqlite' | 'postgres';
  store: 'file' | 's3';
}

/** A workspace and the files that its scenarios read. */
export interface World {
  id: string;
  folder: string;
  source: string;
  database: string;
}

export interface Ending {
  code: number | null;
  signal: string | null;
  /** What it wrote to stderr. */
  said: string;
}

export interface Harness extends AsyncDisposable {
  /** As the scenario finds it. */
  prepare(scenario: ScenarioName): Promise<World>;
  run(world: World, scenario: ScenarioName, crashAt?: string): Promise<Ending>;
  /** A process that the caller kills. */
  start(world: World, scenario: ScenarioName | 'hold', crashAt?: string): ReturnType<typeof spawn>;
  /** Under a limit on the size of every file that it writes. */
  runLimited(world: World, scenario: ScenarioName, fileKib: number): Promise<Ending>;
  open(world: World): Promise<Workspace>;
  verify(world: World): Promise<VerifyReport>;
  /** Everything that is there, without times and ids that chance gives. */
  readOutcome(world: World): Promise<unknown>;
}

/** The harness, or why it cannot be had here. */
export async function openHarness(places: Places): Promise<Harness | string> {
  const server = places.database === 'postgres' ? await startPostgres() : undefined;
  if (typeof server === 'string') return server;
  const root = await mkdtemp(join(tmpdir(), 'tintype-faults-'));
  const cloud = await startFakeS3();
  await makePictures(join(root, 'pictures'));
  return new FaultHarness(places, { root, cloud, server });
}

interface Means {
  root: string;
  cloud: FakeCloud;
  server: PostgresServer | undefined;
}

class FaultHarness implements Harness {
  readonly #places: Places;
  readonly #means: Means;
  readonly #filled = new Map<string, Promise<World>>();
  #count = 0;

  constructor(places: Places, means: Means) {
    this.#places = places;
    this.#means = means;
  }

  async prepare(name: ScenarioName): Promise<World> {
    const { from } = scenarios[name];
    if (from === 'objects') return name === 'sync' ? this.#withSync() : this.#withZone();
    if (from === 'damage') return this.#withDamage();
    if (from === 'backup') return this.#withBackup();
    const world = await (from === 'nothing' ? this.#create() : this.#copy());
    if (name === 'move') return { ...world, source: await this.#copyPictures(world) };
    return name === 'import' ? { ...world, source: await writeLabels(world) } : world;
  }

  async run(world: World, scenario: ScenarioName, crashAt?: string): Promise<Ending> {
    return end(this.start(world, scenario, crashAt));
  }

  async runLimited(world: World, scenario: ScenarioName, fileKib: number): Promise<Ending> {
    const asked = [process.execPath, entry, world.folder, scenario, world.source, world.id];
    const child = spawn('bash', ['-c', `ulimit -f ${fileKib}; exec "$@"`, 'bash', ...asked], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, ...credentials, NODE_OPTIONS: '' },
    });
    return end(child);
  }

  start(world: World, scenario: ScenarioName | 'hold', crashAt?: string): ReturnType<typeof spawn> {
    const crash = crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt };
    return spawn(process.execPath, [entry, world.folder, scenario, world.source, world.id], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...credentials, NODE_OPTIONS: '', ...crash },
    });
  }

  async verify(world: World): Promise<VerifyReport> {
    await using workspace = await this.open(world);
    const { catalog, store, runFolders, clock } = workspace;
    const openPool = (): Promise<never> => Promise.reject(new Error('nothing is to be repaired here'));
    const needs = { catalog, store, runFolders, clock, limits, openPool };
    const report = await verifyWorkspace(needs, { repairs: false, isQuick: false });
    return report;
  }

  async readOutcome(world: World): Promise<unknown> {
    await using workspace = await this.open(world);
    return {
      ...(await readRows(workspace)),
      objects: await listObjects(workspace),
      backups: await readBackups(workspace),
      run: await readRunFolder(workspace),
      bucket: this.#listBucket(world),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#means.cloud[Symbol.asyncDispose]();
    await this.#means.server?.[Symbol.asyncDispose]();
    await rm(this.#means.root, { recursive: true, force: true });
  }

  async #create(template?: World): Promise<World> {
    const { root, server } = this.#means;
    const id = `w${this.#count++}`;
    const folder = join(root, id);
    const database = server ? await server.createDatabase(template?.database) : 'sqlite';
    if (template) await cp(template.folder, folder, { recursive: true, preserveTimestamps: true });
    await mkdir(folder, { recursive: true });
    const world = { id, folder, database, source: join(root, 'pictures') };
    await writeFile(join(folder, 'tintype.yaml'), this.#renderSettings(world));
    return world;
  }

  #renderSettings({ id, database }: World): string {
    const store = this.#places.store === 's3' ? `s3://photos/${id}/store` : 'file:.tintype/store';
    return `version: 1\ndatabase: ${database}\nstore: ${store}\ns3:\n  endpoint: ${this.#means.cloud.endpoint}\n`;
  }

  /** With the pictures taken in; made once. */
  async #copy(): Promise<World> {
    const filled = this.#filled.get('pictures') ?? this.#fill();
    this.#filled.set('pictures', filled);
    const template = await filled;
    const world = await this.#create(template);
    const { objects } = this.#means.cloud;
    for (const [key, object] of Array.from(objects))
      if (key.startsWith(`photos/${template.id}/`))
        objects.set(key.replace(`/${template.id}/`, `/${world.id}/`), object);
    return world;
  }

  async #fill(): Promise<World> {
    const world = await this.#create();
    await this.#expectEnd(world, 'ingest');
    return world;
  }

  async #expectEnd(world: World, scenario: ScenarioName): Promise<void> {
    const { code, said } = await this.run(world, scenario);
    if (code !== 0) throw new Error(`${scenario} ended with ${code}: ${said}`);
  }

  async #copyPictures({ folder, source }: World): Promise<string> {
    const own = join(folder, 'pictures');
    await cp(source, own, { recursive: true, preserveTimestamps: true });
    return own;
  }

  /** Objects that were taken in, then some gone, some back, some changed, some new. */
  async #withSync(): Promise<World> {
    const world = await this.#create();
    const keyOf = (path: string): string => `photos/${world.id}/in/${path}`;
    const { cloud } = this.#means;
    const pictures = await readPictures(world.source);
    for (const [path, bytes] of pictures.slice(0, 20)) cloud.put(keyOf(path), bytes);
    await this.#expectEnd(world, 'sync');
    for (const [path] of pictures.slice(0, 3)) cloud.objects.delete(keyOf(path));
    await this.#expectEnd(world, 'sync');
    const [back, , , gone, changed] = pictures.map(([path]) => path) as [string, string, string, string, string];
    const bytesOf = (n: number): Buffer => pictures[n]?.[1] as Buffer;
    cloud.put(keyOf(back), bytesOf(0));
    cloud.objects.delete(keyOf(gone));
    cloud.put(keyOf(changed), bytesOf(22));
    cloud.put(keyOf('across/new.jpg'), bytesOf(21));
    return world;
  }

  /** Empty, with a backup of the pictures elsewhere; made once. */
  async #withBackup(): Promise<World> {
    const folder = join(this.#means.root, 'backups');
    const made = this.#filled.get('backup') ?? this.#backUp(folder);
    this.#filled.set('backup', made);
    await made;
    return { ...(await this.#create()), source: folder };
  }

  async #backUp(folder: string): Promise<World> {
    const world = await this.#copy();
    await using workspace = await this.open(world);
    const { catalog, archive, store, clock } = workspace;
    const place = await openFileStore({ folder });
    await createBackup({ catalog, archive, store, place, clock }, { madeBy: 'test' });
    return world;
  }

  async #withZone(): Promise<World> {
    const world = await this.#create();
    for (const [path, bytes] of await readPictures(world.source))
      this.#means.cloud.put(`photos/${world.id}/upload/${path}`, bytes);
    return world;
  }

  /** One picture spoilt, one gone whose bytes wait in quarantine, a checkpoint that is cut. */
  async #withDamage(): Promise<World> {
    const world = await this.#copy();
    await using workspace = await this.open(world);
    const { catalog, store, runFolders } = workspace;
    const { items } = await catalog.samples.list({ sort: 'path' });
    const [spoilt, gone] = items.map(({ contentHash }) => objectKeys.source(contentHash)) as [string, string];
    const bytes = await store.get(spoilt);
    await store.put(
      spoilt,
      bytes.map((byte, n) => (n === 100 ? byte ^ 1 : byte)),
      { ifAbsent: false },
    );
    await store.put(objectKeys.quarantine(gone), await store.get(gone));
    await store.remove(gone);
    const run = { id: 'run_1', snapshot: 's', status: 'failed', options: {}, startedAt: 1, endedAt: 2, error: null };
    await catalog.runs.create(run as never);
    await mkdir(runFolders.pathOf('run_1'), { recursive: true });
    await writeFile(join(runFolders.pathOf('run_1'), 'checkpoint-000000001.safetensors'), 'cut');
    return world;
  }

  async open({ folder }: World): Promise<Workspace> {
    Object.assign(process.env, credentials);
    return openWorkspace({ folder, clock: systemClock });
  }

  #listBucket({ id }: World): string[] {
    const keys = [...this.#means.cloud.objects.keys()].filter((key) => /\/(in|upload|rejected)\//.test(key));
    return keys
      .filter((key) => key.startsWith(`photos/${id}/`))
      .map((key) => key.slice(`photos/${id}`.length))
      .toSorted();
  }
}

async function end(child: ReturnType<typeof spawn>): Promise<Ending> {
  let said = '';
  child.stdout?.resume();
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, said };
}

const credentials = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };

/** 24 pictures of two classes, two of them twice, and one that is none. */
async function makePictures(folder: string): Promise<void> {
  for (let n = 0; n < 24; n += 1) {
    const className = n % 2 === 0 ? 'across' : 'along';
    const bytes = await encodeJpeg({ data: stripes(n % 2, n), widthPx: 32, heightPx: 32 }, 90);
    const names = n < 2 ? [`p${n}.jpg`, `q${n}.jpg`] : [`p${n}.jpg`];
    for (const name of names) await write(join(folder, className, name), bytes);
    if (n === 2) await write(join(folder, 'across', 'bad.jpg'), bytes.subarray(0, 200));
  }
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

async function readPictures(folder: string): Promise<[path: string, bytes: Buffer][]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.jpg')).toSorted();
  return Promise.all(names.map(async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))]));
}

async function writeLabels({ folder, source }: World): Promise<string> {
  const path = join(folder, 'labels.csv');
  const rows = (await readPictures(source)).map(([name], n) => `${name},${n % 3 === 0 ? 'third' : 'other'}`);
  await writeFile(path, `file_name,label\n${rows.join('\n')}\n`);
  return path;
}

async function readRows({ catalog, queue }: Workspace): Promise<Record<string, unknown>> {
  const samples: unknown[] = [];
  for (const removed of [false, true])
    for await (const { id, path, className, group } of catalog.samples.stream({ removed })) {
      const labels = (await catalog.samples.listLabelEvents(id)).map((event) => [
        event.className,
        event.annotator,
        event.source,
      ]);
      const { split } = await catalog.samples.get(id);
      samples.push({ id, path, className, split, group, removed, labels });
    }
  const issues = (await catalog.samples.listIssues({ limit: 1000 })).items;
  const models = await catalog.registry.list();
  return {
    samples,
    issues: issues.map(({ kind, path, sampleId, detail }) => `${kind} ${path} ${sampleId} ${detail}`).toSorted(),
    classes: await catalog.samples.listClasses(),
    changes: (await catalog.classes.listChanges({ limit: 100 })).map(({ change }) => change),
    snapshots: (await catalog.snapshots.list()).map(({ id, counts }) => ({ id, counts })),
    versions: models.flatMap(({ versions }) =>
      versions.map(({ model, version, aliases }) => ({ model, version, aliases })),
    ),
    moves: (await catalog.registry.aliasLog()).map(({ alias, version, previous }) => ({ alias, version, previous })),
    jobs: (await queue.list()).map(({ kind, status, result }) => ({ kind, status, result })),
    trials: await readTrials(catalog),
  };
}

async function readTrials(catalog: Workspace['catalog']): Promise<unknown[]> {
  const studies = await catalog.studies.list();
  const trials = await Promise.all(studies.map(({ name }) => catalog.studies.listTrials(name)));
  return trials.flat().map(({ number, status, value, settings }) => ({ number, status, value, settings }));
}

/** By hashes over the order in which things came, over times and over chance: that they are whole is verified. */
const namedByChance = /^(pixels|embeddings|measures)\//;

/** Of models, that none is doubled is in the versions; what a killed training left of one is in nobody's way. */
async function listObjects({ store }: Workspace): Promise<unknown[]> {
  const objects: unknown[] = [];
  for await (const { key, sizeBytes } of store.list('')) {
    if (key.startsWith('models/') || key.startsWith('backups/')) continue;
    const named = namedByChance.test(key) ? dirname(key) : key;
    objects.push(key.endsWith('.note.json') ? key : { key: named, sizeBytes });
  }
  return objects;
}

/** Of those that are whole: how much they hold, and that every byte is right. What a killed one left is in nobody's way. */
async function readBackups({ store, clock }: Workspace): Promise<unknown[]> {
  const whole = (await listBackups({ place: store })).filter(({ state }) => state !== 'unfinished');
  return Promise.all(
    whole.map(async ({ id }) => {
      const manifest = await getBackup({ place: store }, { name: id, placeName: 'store' });
      const { problemCount } = await verifyBackup({ place: store, clock }, manifest);
      const count = (parts: readonly { entries: number }[]): number => parts.reduce((sum, one) => sum + one.entries, 0);
      return { rows: count(manifest.rows), objects: count(manifest.objects), problemCount };
    }),
  );
}

async function readRunFolder({ runFolders }: Workspace): Promise<unknown> {
  const folder = runFolders.pathOf('run_1');
  const names = (await readdir(folder).catch((): string[] => [])).filter((name) => name !== 'holder.json').toSorted();
  const bytes = names.length === 0 ? undefined : await readFile(join(folder, names.at(-1) as string));
  return { names, last: bytes?.toString('base64') };
}
