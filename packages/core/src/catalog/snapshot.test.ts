/** @file Snapshots over a real catalog: what is frozen, what is refused, and what a crash between two steps leaves. */
import { createHash } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { snapshotOptionsSchema } from '@tintype/contracts/catalog';
import { expect, test } from 'vitest';
import { memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { by, fill } from '../ports/catalog-builders.contract.ts';
import { movableClock } from '../ports/job-queue.contract.ts';
import { objectKeys } from '../ports/object-store.ts';
import { signatureSide } from './similarity.ts';
import { createSnapshot, type SnapshotNeeds } from './snapshot.ts';

const options = (some: object = {}) => snapshotOptionsSchema.parse(some);

async function aWorld() {
  const clock = movableClock();
  const path = join(await mkdtemp(join(tmpdir(), 'tintype-snapshot-')), 'catalog.sqlite');
  const catalog = await openSqliteCatalog({ path, clock });
  const store = memoryStore();
  const needs: SnapshotNeeds = { catalog, store, clock, signature };
  return { catalog, store, clock, needs, [Symbol.asyncDispose]: () => catalog[Symbol.asyncDispose]() };
}

/** Pixels decided by the content hash alone: two different hashes are never alike. */
async function signature(contentHash: string): Promise<Uint8Array> {
  const bytes = createHash('sha256').update(contentHash).digest();
  return Uint8Array.from({ length: signatureSide ** 2 * 3 }, (_, i) => bytes[(i * 7) % 32] as number);
}

const aClass = (name: string, size: number): string[] =>
  Array.from({ length: size }, (_, i) => `${name}/${name}-${i}-x.jpg`);
const fillPets = (catalog: Catalog): Promise<string[]> => fill(catalog, [...aClass('cat', 20), ...aClass('dog', 10)]);

test('a snapshot freezes every labeled sample with class, group and split, and names itself by their hash', async () => {
  await using world = await aWorld();
  const ids = await fillPets(world.catalog);

  const snapshot = await createSnapshot(world.needs, options());

  expect(snapshot).toMatchObject({
    dataset: 'pets',
    classes: ['cat', 'dog'],
    classCounts: { cat: 20, dog: 10 },
    groups: 30,
  });
  expect(snapshot.counts).toEqual({ train: 21, validation: 3, test: 6 });
  const entries = await world.catalog.snapshots.entries(snapshot.id);
  expect(entries.map((entry) => entry.sampleId)).toEqual(ids.toSorted());
  const bytes = world.store.objects.get(objectKeys.snapshot(snapshot.id)) as Uint8Array;
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(entries);
  expect(snapshot.id).toBe(`snap_${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`);
});

test('the same content gives the same snapshot, another seed another one', async () => {
  await using world = await aWorld();
  await fillPets(world.catalog);
  const first = await createSnapshot(world.needs, options());
  world.clock.advance(1000);

  const again = await createSnapshot(world.needs, options());
  const other = await createSnapshot(world.needs, options({ seed: 2 }));

  expect(again).toEqual(first);
  expect(other.id).not.toBe(first.id);
  expect(await world.catalog.snapshots.list()).toHaveLength(2);
});

test('a declared group stays on one side, and counts as one', async () => {
  await using world = await aWorld();
  const ids = await fillPets(world.catalog);
  const shelf = ids.slice(0, 12);
  await world.catalog.samples.setGroup(shelf, 'shelf 7');

  const snapshot = await createSnapshot(world.needs, options());

  const entries = await world.catalog.snapshots.entries(snapshot.id);
  const together = entries.filter(({ sampleId }) => shelf.includes(sampleId));
  expect(new Set(together.map(({ split }) => split)).size).toBe(1);
  expect(new Set(together.map(({ group }) => group)).size).toBe(1);
  expect(snapshot.groups).toBe(19);
});

test('samples in the trash, without a label or of a class left out are not frozen', async () => {
  await using world = await aWorld();
  const [gone] = (await fillPets(world.catalog)) as [string];
  await fill(world.catalog, aClass('bird', 5));
  await world.catalog.samples.remove([gone], by);

  const snapshot = await createSnapshot(world.needs, options({ without: ['bird'] }));

  expect(snapshot.classCounts).toEqual({ cat: 19, dog: 10 });
});

test('near-duplicates share a group, never two splits, and are reported once', async () => {
  await using world = await aWorld();
  await fillPets(world.catalog);
  const alike = async (): Promise<Uint8Array> => signature('one picture');
  const needs = { ...world.needs, signature: alike };

  await expect(createSnapshot(needs, options())).rejects.toMatchObject({ code: 'CLASS_TOO_SMALL' });
  const pairs = async (hash: string): Promise<Uint8Array> => signature(hash.slice(0, 1));
  const snapshot = await createSnapshot({ ...needs, signature: pairs }, options());
  await createSnapshot({ ...needs, signature: pairs }, options());

  const entries = await world.catalog.snapshots.entries(snapshot.id);
  const splitsOf = new Map<string, Set<string>>();
  for (const { group, split } of entries) splitsOf.set(group, (splitsOf.get(group) ?? new Set()).add(split));
  expect(splitsOf.size).toBe(snapshot.groups);
  expect(splitsOf.size).toBeLessThan(30);
  expect([...splitsOf.values()].every((own) => own.size === 1)).toBe(true);
  const issues = await world.catalog.samples.listIssues({ kind: 'near-duplicate' });
  const sizes = [...new Set(entries.map(({ group }) => group))].map(
    (group) => entries.filter((e) => e.group === group).length,
  );
  expect(issues.total).toBe(sizes.filter((size) => size > 1).length);
  expect(issues.items[0]).toMatchObject({ code: 'NEAR_DUPLICATE', score: 1 });
});

test('what keeps a dataset from being trained on is said', async () => {
  await using world = await aWorld();
  const creation = (some: object = {}) => createSnapshot(world.needs, options(some));
  await expect(creation()).rejects.toMatchObject({ code: 'DATASET_EMPTY' });

  await world.catalog.samples.ensureDataset('pets');
  await expect(creation()).rejects.toMatchObject({ code: 'DATASET_EMPTY', details: { dataset: 'pets' } });

  await fill(world.catalog, aClass('cat', 5));
  await expect(creation()).rejects.toMatchObject({ code: 'CLASSES_TOO_FEW', details: { classes: ['cat'] } });

  await fill(world.catalog, aClass('dog', 1));
  const small = { classes: [{ className: 'dog', samples: 1 }], minimum: 3 };
  await expect(creation()).rejects.toMatchObject({ code: 'CLASS_TOO_SMALL', details: small });
  await expect(creation({ without: ['bird'] })).rejects.toMatchObject({
    code: 'CLASS_NOT_FOUND',
    details: { className: 'bird' },
  });
  await expect(creation({ dataset: 'zoo' })).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
    details: { known: ['pets'] },
  });

  await world.catalog.samples.ensureDataset('zoo');
  await expect(creation()).rejects.toMatchObject({ code: 'DATASET_AMBIGUOUS', details: { known: ['pets', 'zoo'] } });
  expect(await world.catalog.snapshots.list()).toEqual([]);
});

test('a class of pictures that are all one near-duplicate is too small', async () => {
  await using world = await aWorld();
  await fill(world.catalog, [...aClass('cat', 6), ...aClass('dog', 6)]);
  const dogs = new Set<string>();
  for await (const sample of world.catalog.samples.stream({ className: 'dog' })) dogs.add(sample.contentHash);
  const needs = { ...world.needs, signature: async (hash: string) => signature(dogs.has(hash) ? 'dog' : hash) };

  const creation = createSnapshot(needs, options());

  const classes = [{ className: 'dog', samples: 6 }];
  await expect(creation).rejects.toMatchObject({ code: 'CLASS_TOO_SMALL', details: { classes } });
});

test('the list is stored before the catalog names it, so a failure between leaves no snapshot without its list', async () => {
  await using world = await aWorld();
  await fillPets(world.catalog);
  const store = { ...world.store, put: async () => Promise.reject(new Error('the disk is full')) };

  await expect(createSnapshot({ ...world.needs, store }, options())).rejects.toThrow('the disk is full');

  expect(await world.catalog.snapshots.list()).toEqual([]);
  const snapshot = await createSnapshot(world.needs, options());
  expect(world.store.objects.has(objectKeys.snapshot(snapshot.id))).toBe(true);
});

test('a failure after the list was stored is mended by making the snapshot again', async () => {
  await using world = await aWorld();
  await fillPets(world.catalog);
  const create = async (): Promise<void> => Promise.reject(new Error('killed'));
  const catalog = { ...world.catalog, snapshots: { ...world.catalog.snapshots, create } };

  await expect(createSnapshot({ ...world.needs, catalog }, options())).rejects.toThrow('killed');
  const [stored] = [...world.store.objects.keys()];
  const snapshot = await createSnapshot(world.needs, options());

  expect([...world.store.objects.keys()]).toEqual([stored]);
  expect(stored).toBe(objectKeys.snapshot(snapshot.id));
  expect(await world.catalog.snapshots.findLatest('pets')).toEqual(snapshot);
});

test('near-duplicates that are gone are no issue any more', async () => {
  await using world = await aWorld();
  await fillPets(world.catalog);
  const twins = (await world.catalog.samples.list({ className: 'cat', limit: 2 })).items;
  const hashes = new Set(twins.map((sample) => sample.contentHash));
  const needs = { ...world.needs, signature: async (hash: string) => signature(hashes.has(hash) ? 'twin' : hash) };
  await createSnapshot(needs, options());
  const before = await world.catalog.samples.listIssues({ kind: 'near-duplicate' });

  await world.catalog.samples.remove([twins[0]?.id as string], by);
  await createSnapshot(needs, options());

  expect(before.total).toBe(1);
  expect((await world.catalog.samples.listIssues({ kind: 'near-duplicate' })).total).toBe(0);
});
