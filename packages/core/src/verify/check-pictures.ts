/** @file Pictures and thumbnails against their samples: the listing of the store is laid beside the rows, in the order of their hashes. */
import { TintypeError } from '@tintype/contracts/errors';
import { sampleIdOf } from '../ingest/sample-id.ts';
import { inOrder } from '../model/in-order.ts';
import type { KnownPicture } from '../ports/integrity-store.ts';
import { type ObjectHead, objectKeys } from '../ports/object-store.ts';
import { type CheckContext, type Found, mender } from './check.types.ts';
import { orphan } from './orphan.ts';
import { type Pair, pairUp } from './pair-up.ts';
import { bringBack, hashObject, quarantine } from './quarantine.ts';

type Of = 'source' | 'thumbnail' | 'prediction';
type Pairing = Pair<KnownPicture, ObjectHead>;

/** Objects that are read at once. */
const readsAtOnce = 8;
const hashPattern = /[0-9a-f]{64}/;

const folders: Readonly<Record<Of, string>> = { source: 'sources/', thumbnail: 'thumbs/', prediction: 'predictions/' };

export async function* checkPictures(context: CheckContext): AsyncGenerator<Found> {
  yield* checkFolder(context, 'source', checkSource);
  yield* checkFolder(context, 'thumbnail', checkThumbnail);
  yield* checkFolder(context, 'prediction', checkPrediction);
  yield* findReturned(context);
}

type Look = (context: CheckContext, pairing: Pairing) => Promise<Found | undefined>;

async function* checkFolder(context: CheckContext, of: Of, look: Look): AsyncGenerator<Found> {
  const { catalog, store, looked } = context;
  const pictures = catalog.integrity.pictures(of === 'prediction' ? 'predictions' : 'samples');
  const strangers: ObjectHead[] = [];
  const pairs = pairUp(pictures, ownObjects(store.list(folders[of]), of, strangers), {
    left: ({ contentHash }) => contentHash,
    right: ({ key }) => hashOf(key),
  });
  const found = inOrder(
    pairs,
    async (pair) => {
      if (pair.left && of === 'source') looked.pictures += 1;
      if (pair.right) looked.objects += 1;
      return pair.left ? look(context, pair) : orphan(context, (pair.right as ObjectHead).key);
    },
    context.isQuick ? 1 : readsAtOnce,
  );
  for await (const one of found) if (one) yield one;
  for (const { key } of strangers) yield orphan(context, key);
}

const hashOf = (key: string): string => hashPattern.exec(key)?.[0] ?? '';

/** Objects whose keys the project could have given; what others put there is kept for later, the first thousand of it. */
async function* ownObjects(
  objects: AsyncIterable<ObjectHead>,
  of: Of,
  strangers: ObjectHead[],
): AsyncGenerator<ObjectHead> {
  for await (const object of objects) {
    const hash = hashOf(object.key);
    if (hash !== '' && object.key === objectKeys[of](hash)) yield object;
    else if (strangers.length < 1000) strangers.push(object);
  }
}

async function checkSource(
  context: CheckContext,
  { key: contentHash, left, right }: Pairing,
): Promise<Found | undefined> {
  const key = objectKeys.source(contentHash);
  if (!right) return checkMissing(context, contentHash);
  const problem = await readProblem(context, right, { contentHash, sizeBytes: left?.sizeBytes ?? right.sizeBytes });
  if (problem === undefined) return undefined;
  return {
    kind: 'source-corrupt',
    subject: key,
    detail: `${key} ${problem}.`,
    async mend() {
      await quarantine(context, key, problem);
      return `It is in quarantine/; ${await setAside(context, contentHash)}`;
    },
  };
}

/** What is wrong with the object; undefined where it is what it was. */
async function readProblem(
  { store, isQuick, looked }: CheckContext,
  object: ObjectHead,
  { contentHash, sizeBytes }: KnownPicture,
): Promise<string | undefined> {
  if (object.sizeBytes !== sizeBytes) return `has ${object.sizeBytes} bytes instead of ${sizeBytes}`;
  if (isQuick) return undefined;
  const read = await hashObject(store, object.key);
  looked.sizeBytes += read.sizeBytes;
  return read.sha256 === contentHash ? undefined : 'does not have its hash';
}

async function checkMissing(context: CheckContext, contentHash: string): Promise<Found> {
  const key = objectKeys.source(contentHash);
  const samples = await findSamples(context, contentHash);
  const isTrash = samples.every(({ removedAt }) => removedAt !== null);
  return {
    kind: isTrash ? 'source-lost' : 'source-missing',
    subject: key,
    detail: `${key} is not there; ${samples.map(({ id, path }) => `${id} (${path})`).join(', ')} needs it.`,
    async mend() {
      if (await bringBack(context.store, key, contentHash)) return 'It is back from quarantine/.';
      return isTrash ? undefined : `It is nowhere; ${await setAside(context, contentHash)}`;
    },
  };
}

/** The same bytes are a sample in each dataset that has them. */
async function findSamples({ catalog }: CheckContext, contentHash: string) {
  const found = [];
  for (const { name } of await catalog.samples.listDatasets()) {
    const sample = await catalog.samples.get(sampleIdOf(name, contentHash)).catch((error: unknown) => {
      if (error instanceof TintypeError && error.code === 'SAMPLE_NOT_FOUND') return undefined;
      throw error;
    });
    if (sample) found.push(sample);
  }
  return found;
}

/** Samples without their picture wait in the trash with their labels, and their files are read again by the next ingest. */
async function setAside(context: CheckContext, contentHash: string): Promise<string> {
  const { catalog, clock } = context;
  const samples = await findSamples(context, contentHash);
  const ids = samples.map(({ id }) => id);
  await catalog.samples.remove(ids, { annotator: mender, at: clock.now() });
  const files = await catalog.integrity.forgetOrigins(ids);
  const where = [...new Set(files.map(({ location }) => location))].slice(0, 3).join(', ');
  return `${ids.length} samples wait in the trash with their labels; ingest ${where || 'the picture'} again, then verify --repair.`;
}

async function checkThumbnail(context: CheckContext, { key: contentHash, right }: Pairing): Promise<Found | undefined> {
  const key = objectKeys.thumbnail(contentHash);
  if (right && (context.isQuick || (await isWholeJpeg(context, right)))) return undefined;
  return {
    kind: right ? 'thumbnail-corrupt' : 'thumbnail-missing',
    subject: key,
    detail: right ? `${key} is not a whole JPEG.` : `${key} is not there.`,
    mend: () => makeThumbnail(context, contentHash),
  };
}

const jpegStart = [0xff, 0xd8];
const jpegEnd = [0xff, 0xd9];

async function isWholeJpeg({ store, looked }: CheckContext, { key, sizeBytes }: ObjectHead): Promise<boolean> {
  if (sizeBytes < 4) return false;
  const bytes = await store.get(key);
  looked.sizeBytes += bytes.length;
  return [...jpegStart, ...jpegEnd].every((byte, n) => bytes.at(n < 2 ? n : n - 4) === byte);
}

async function makeThumbnail(context: CheckContext, contentHash: string): Promise<string | undefined> {
  const { store, openPool, limits } = context;
  const source = objectKeys.source(contentHash);
  if (!(await store.find(source))) return undefined;
  const pool = await openPool();
  const { pictureMs: deadlineMs = 10_000, ...rest } = limits;
  const { thumbnail } = await pool.run('analyze', { bytes: await store.get(source), limits: rest }, { deadlineMs });
  await store.put(objectKeys.thumbnail(contentHash), thumbnail, { ifAbsent: false });
  return 'It is made again from the picture.';
}

async function checkPrediction(
  context: CheckContext,
  { key: contentHash, left, right }: Pairing,
): Promise<Found | undefined> {
  const key = objectKeys.prediction(contentHash);
  const forget = async (where: string): Promise<string> => {
    const predictions = await context.catalog.integrity.forgetPredictionPicture(contentHash);
    return `It is ${where}; ${predictions === 1 ? 'its prediction stays' : `its ${predictions} predictions stay`}, without a picture.`;
  };
  if (!right)
    return {
      kind: 'prediction-missing',
      subject: key,
      detail: `${key} is not there.`,
      async mend() {
        if (await bringBack(context.store, key, contentHash)) return 'It is back from quarantine/.';
        return forget('nowhere');
      },
    };
  const problem = await readProblem(context, right, { contentHash, sizeBytes: left?.sizeBytes ?? right.sizeBytes });
  if (problem === undefined) return undefined;
  return {
    kind: 'prediction-missing',
    subject: key,
    detail: `${key} ${problem}.`,
    async mend() {
      await quarantine(context, key, problem);
      return forget('in quarantine/');
    },
  };
}

/** Samples that an earlier repair set aside, and whose picture is there again. */
async function* findReturned({ catalog, store, clock }: CheckContext): AsyncGenerator<Found> {
  for await (const { sampleId, contentHash } of catalog.integrity.removedBy(mender)) {
    if (!(await store.find(objectKeys.source(contentHash)))) continue;
    yield {
      kind: 'source-returned',
      subject: sampleId,
      detail: `${sampleId} is in the trash for its missing picture, which is back.`,
      async mend() {
        await catalog.samples.restore([sampleId], { annotator: mender, at: clock.now() });
        return 'It is out of the trash, with its labels.';
      },
    };
  }
}
