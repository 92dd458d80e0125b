/** @file Backups over real catalogs and stores: made while work goes on, checked to the last byte, restored whole or not at all. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { memoryStore } from '../model/testing.ts';
import { parseManifest, renderManifest } from '../ports/backup-format.ts';
import { movableClock } from '../ports/job-queue.contract.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { Workspace } from '../ports/workspace.ts';
import { createBackup } from './create-backup.ts';
import { findLatest, getBackup, listBackups, removeOldBackups } from './list-backups.ts';
import { restoreBackup } from './restore-backup.ts';
import { addPictures, addVersion, readObjects } from './testing.ts';
import { recordVerification } from './verification.ts';
import { verifyBackup } from './verify-backup.ts';

const madeBy = '0.0.0';
const day = 24 * 60 * 60 * 1000;

async function aWorkspace(): Promise<Workspace & { clock: ReturnType<typeof movableClock> }> {
  const folder = await initWorkspace(await mkdtemp(join(tmpdir(), 'tintype-backup-')));
  const clock = movableClock();
  return Object.assign(await openWorkspace({ folder, clock, needs: ['catalog', 'store'] }), { clock });
}

async function aFullWorkspace(): Promise<Awaited<ReturnType<typeof aWorkspace>>> {
  const workspace = await aWorkspace();
  await addPictures(workspace, 0, 40);
  await addVersion(workspace);
  return workspace;
}

const needsOf = ({ catalog, archive, store, clock }: Workspace, place: ObjectStore = store) => ({
  catalog,
  archive,
  store,
  place,
  clock,
});

test('a backup elsewhere is restored into an empty workspace: the same rows, the same bytes', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const manifest = await createBackup(needsOf(from, place), { madeBy });
  await using to = await aWorkspace();

  const report = await restoreBackup(needsOf(to, place), manifest);

  expect(report).toMatchObject({ id: manifest.id, objects: 84, copiedObjects: 84, missingObjects: 0 });
  expect(await readObjects(to.store)).toEqual(await readObjects(from.store));
  expect(await to.catalog.samples.list({})).toEqual(await from.catalog.samples.list({}));
  expect(await to.catalog.registry.list()).toEqual(await from.catalog.registry.list());
});

test('a backup in the same store refers to its bytes, and a new catalog is made from it', async () => {
  await using from = await aFullWorkspace();
  const before = await readObjects(from.store);

  const manifest = await createBackup(needsOf(from), { madeBy });
  const after = await readObjects(from.store);
  await using to = await aWorkspace();
  const report = await restoreBackup({ ...needsOf(to), store: from.store, place: from.store }, manifest);

  const added = Object.keys(after).filter((key) => !(key in before));
  expect(added.every((key) => key.startsWith(objectKeys.backupPrefix(manifest.id)))).toBe(true);
  expect(report).toMatchObject({ objects: 84, copiedObjects: 0 });
  expect((await to.catalog.samples.list({})).total).toBe(40);
});

test('what is written while a backup is made does no harm, and what was there before is in it', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  let added = 40;
  const write = async (): Promise<void> => {
    for (let i = 0; i < 10; i += 1) await addPictures(from, added, (added += 5));
  };

  const [manifest] = await Promise.all([createBackup(needsOf(from, place), { madeBy }), write()]);
  await using to = await aWorkspace();
  await restoreBackup(needsOf(to, place), manifest);

  const { total } = await to.catalog.samples.list({});
  expect(total).toBeGreaterThanOrEqual(40);
  expect(manifest.rowCounts.samples).toBe(total);
  expect(manifest.missingObjects).toBe(0);
  for await (const { contentHash } of to.catalog.samples.stream({})) {
    expect(await to.store.find(objectKeys.source(contentHash))).toBeDefined();
  }
});

test('a second backup at the same place copies only what is new', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  await createBackup(needsOf(from, place), { madeBy });
  const before = new Set(place.objects.keys());
  await addPictures(from, 40, 42);
  from.clock.advance(1000);

  const second = await createBackup(needsOf(from, place), { madeBy });

  const added = [...place.objects.keys()].filter((key) => !before.has(key) && !key.startsWith('backups/'));
  expect(added).toHaveLength(4);
  expect((await findLatest({ place }))?.id).toBe(second.id);
});

test('any single flipped byte is found', { timeout: 60_000 }, async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const { id } = await createBackup(needsOf(from, place), { madeBy });
  const keys = [...place.objects.keys()];
  const clean = await verifyBackup(
    { place, clock: from.clock },
    await getBackup({ place }, { name: id, placeName: 'x' }),
  );

  const unnoticed: string[] = [];
  for (const [n, key] of keys.entries()) {
    const bytes = place.objects.get(key) as Uint8Array;
    const position = (n * 7919) % bytes.length;
    place.objects.set(key, bytes.with(position, (bytes[position] as number) ^ (1 << (n % 8))));
    const found = await getBackup({ place }, { name: id, placeName: 'x' })
      .then((manifest) => verifyBackup({ place, clock: from.clock }, manifest))
      .then(({ problemCount }) => problemCount > 0)
      .catch((error: { code?: string }) => error.code === 'BACKUP_DAMAGED');
    if (!found) unnoticed.push(`${key} ${position}`);
    place.objects.set(key, bytes);
  }

  expect(clean.problemCount).toBe(0);
  expect(unnoticed).toEqual([]);
});

test('every byte of a manifest counts', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const manifest = await createBackup(needsOf(from, place), { madeBy: 'ü 0.0.0' });
  const bytes = renderManifest(manifest);

  const unnoticed = [...bytes.keys()].filter((position) => {
    const changed = bytes.with(position, (bytes[position] as number) ^ 1);
    try {
      parseManifest(changed, manifest.id);
      return true;
    } catch {
      return false;
    }
  });

  expect(unnoticed).toEqual([]);
  expect(parseManifest(bytes, manifest.id)).toEqual(manifest);
});

test.each(['sources/', 'backups/'])('a restore that finds a damaged object under %s leaves nothing', async (prefix) => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const manifest = await createBackup(needsOf(from, place), { madeBy });
  const victims = [...place.objects.keys()].filter((key) => key.startsWith(prefix) && !key.endsWith('manifest.json'));
  const victim = victims.toSorted().at(-1) as string;
  place.objects.set(victim, new TextEncoder().encode('damaged'));
  await using to = await aWorkspace();

  const restoring = restoreBackup(needsOf(to, place), manifest);

  await expect(restoring).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  expect(await readObjects(to.store)).toEqual({});
  expect(await to.archive.findFilledTable()).toBeUndefined();
});

test('a restore that is cancelled leaves nothing, and one over what a killed one left goes on', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const manifest = await createBackup(needsOf(from, place), { madeBy });
  await using to = await aWorkspace();
  const cancel = new AbortController();
  const onProgress = ({ done }: { done: number }): void => (done === 30 ? cancel.abort() : undefined);

  const cancelled = restoreBackup(needsOf(to, place), manifest, { signal: cancel.signal, onProgress });
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' });
  const left = await readObjects(to.store);
  const some = Object.keys(await readObjects(place, 'sources/')).slice(0, 10);
  for (const key of some) await to.store.put(key, await place.get(key));
  const report = await restoreBackup(needsOf(to, place), manifest);

  expect(left).toEqual({});
  expect(report.copiedObjects).toBe(74);
  expect((await to.catalog.samples.list({})).total).toBe(40);
});

test('a workspace that is not empty is left as it is', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const manifest = await createBackup(needsOf(from, place), { madeBy });
  await using to = await aWorkspace();
  await addPictures(to, 100, 101);
  const before = await readObjects(to.store);

  await expect(restoreBackup(needsOf(to, place), manifest)).rejects.toMatchObject({ code: 'CATALOG_NOT_EMPTY' });

  expect(await readObjects(to.store)).toEqual(before);
  expect((await to.catalog.samples.list({})).total).toBe(1);
});

test('an object that was missing already is said, and the rest is kept and restored', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const [lost = ''] = Object.keys(await readObjects(from.store, 'thumbs/'));
  await from.store.remove(lost);

  const manifest = await createBackup(needsOf(from, place), { madeBy });
  await using to = await aWorkspace();
  const report = await restoreBackup(needsOf(to, place), manifest);

  expect([manifest.missingObjects, report.missingObjects, report.copiedObjects]).toEqual([1, 1, 83]);
  expect((await verifyBackup({ place, clock: from.clock }, manifest)).problemCount).toBe(0);
});

test('a backup without its manifest is none, and one of another name is not found', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const { id } = await createBackup(needsOf(from, place), { madeBy });
  await place.remove(objectKeys.backupPart(id, 'manifest.json'));

  const listed = await listBackups({ place });

  expect(listed).toMatchObject([{ id, state: 'unfinished', createdAt: from.clock.now() }]);
  for (const name of [id, 'latest', 'yesterday', '../..']) {
    const finding = getBackup({ place }, { name, placeName: 'here' });
    await expect(finding).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
  }
});

test('of many backups the newest are kept, and unfinished ones for a week', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const ids: string[] = [];
  for (let n = 0; n < 5; n += 1) {
    ids.push((await createBackup(needsOf(from, place), { madeBy })).id);
    from.clock.advance(day);
  }
  await place.remove(objectKeys.backupPart(ids[0] as string, 'manifest.json'));

  const first = await removeOldBackups({ place, clock: from.clock }, { keep: 2 });
  from.clock.advance(7 * day);
  const second = await removeOldBackups({ place, clock: from.clock }, { keep: 0 });

  expect(first).toEqual(ids.slice(1, 3));
  expect(second).toEqual([ids[0], ids[3]]);
  expect((await listBackups({ place })).map(({ id, state }) => [id, state])).toEqual([[ids[4], 'whole']]);
  expect(
    (await verifyBackup({ place, clock: from.clock }, await getBackup({ place }, { name: 'latest', placeName: '' })))
      .problemCount,
  ).toBe(0);
});

test('a note of verifying that nobody can read is as if there was none, and a place that fails is told', async () => {
  await using from = await aFullWorkspace();
  const place = memoryStore();
  const { id } = await createBackup(needsOf(from, place), { madeBy });
  const note = objectKeys.backupPart(id, 'verified.json');

  await recordVerification({ place, clock: from.clock }, { id, problemCount: 3 });
  const [recorded] = await listBackups({ place });
  await place.put(note, new TextEncoder().encode('{"at":'), { ifAbsent: false });
  const [unreadable] = await listBackups({ place });
  const failing = { ...place, get: (key: string) => (key === note ? Promise.reject(failure) : place.get(key)) };

  expect(recorded?.verified).toEqual({ at: from.clock.now(), problems: 3 });
  expect(unreadable).toMatchObject({ state: 'whole', verified: null });
  await expect(listBackups({ place: failing })).rejects.toBe(failure);
});

const failure = new TintypeError('STORAGE_FAILED', { operation: 'Reading', reason: 'the disk reports an error' });
