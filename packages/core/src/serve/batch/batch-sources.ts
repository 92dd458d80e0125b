/** @file The places of a batch behind one shape: sources of pictures, and the samples of a dataset. */
import type { ListedPicture } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import { objectKeys } from '../../ports/object-store.ts';
import type { PictureSource, SourceFile } from '../../ports/picture-source.ts';
import type { Batch, BatchNeeds, BatchPicture, BatchSource } from './batch.types.ts';

/** The one at `position`. Throws SOURCE_NOT_FOUND and what opening a source throws. */
export async function openBatchSource(
  needs: Pick<BatchNeeds, 'catalog' | 'store' | 'openSource'>,
  { sources, dataset }: Batch,
  { position, limitBytes }: { position: number; limitBytes: number },
): Promise<BatchSource> {
  if (dataset !== undefined) return openDataset(needs, dataset);
  return fromSource(await needs.openSource(sources[position] as string, { bytes: limitBytes }));
}

function openDataset({ catalog, store }: Pick<BatchNeeds, 'catalog' | 'store'>, dataset: string): BatchSource {
  return {
    async *list(after) {
      for await (const { id, path, sizeBytes, contentHash, className: label } of catalog.samples.stream({ dataset }))
        if (after === undefined || id > after)
          yield { path, sizeBytes, modifiedAt: 0, sample: { id, contentHash, label } };
    },
    nameOf: ({ sample }) => sample?.id ?? '',
    async *open(pictures) {
      for (const { path, sample } of pictures)
        if (sample) yield { path, sample, read: () => store.get(objectKeys.source(sample.contentHash)) };
    },
  };
}

function fromSource(source: PictureSource): BatchSource {
  return {
    async *list(after) {
      for await (const { path, sizeBytes, modifiedAt, etag } of filesAfter(source, after))
        yield { path, sizeBytes, modifiedAt, ...(etag === undefined ? {} : { etag }) };
    },
    nameOf: ({ path }) => path,
    open: (pictures) => (source.file ? openEach(source, pictures) : walkTo(source, pictures)),
  };
}

function filesAfter(source: PictureSource, after: string | undefined): AsyncIterable<SourceFile> {
  if (after === undefined) return source.files();
  return source.filesAfter?.(after) ?? walkPast(source, after);
}

async function* walkPast(source: PictureSource, after: string): AsyncGenerator<SourceFile> {
  let isPast = false;
  for await (const file of source.files()) {
    if (isPast) yield file;
    isPast ||= file.path === after;
  }
}

async function* openEach(source: PictureSource, pictures: readonly ListedPicture[]): AsyncGenerator<BatchPicture> {
  for (const { path, sizeBytes, modifiedAt, etag } of pictures) {
    const listed = { path, sizeBytes, modifiedAt, ...(etag === undefined ? {} : { etag }) };
    const file = source.file?.(listed);
    if (file) yield { path, read: () => file.read() };
  }
}

/** Of what can only be walked: archives, which keep their order. */
async function* walkTo(source: PictureSource, pictures: readonly ListedPicture[]): AsyncGenerator<BatchPicture> {
  const wanted = new Set(pictures.map(({ path }) => path));
  for await (const file of source.files()) {
    if (wanted.delete(file.path)) yield file;
    if (wanted.size === 0) return;
  }
  for (const path of wanted) yield { path, read: () => Promise.reject(gone()) };
}

const gone = (): TintypeError => new TintypeError('FILE_UNREADABLE', { reason: 'it is not there any more' });
