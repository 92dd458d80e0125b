/** @file The drop zone: what is put into it is taken in and gone from it, or refused, with the reason beside it. */
import type { DropReport } from '@tintype/contracts/drop';
import type { Bucket } from '../ports/bucket.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { PictureSource } from '../ports/picture-source.ts';
import { ingestSources } from './ingest-pictures.ts';
import type { IngestNeeds, IngestRequest, RejectedFile } from './ingest-pictures.types.ts';
import { IngestTally } from './ingest-tally.ts';
import { renderNpy } from './render-npy.ts';

export interface DropZoneNeeds extends Omit<IngestNeeds, 'openSource'> {
  zone: Pick<Bucket, 'read'>;
  /** Every object of the zone. */
  source: PictureSource;
  /** Where refused objects go. */
  refusals: Pick<Bucket, 'write' | 'put'>;
}

export interface DropZoneRequest
  extends Omit<IngestRequest, 'sources' | 'move' | 'isFollowing' | 'takesKnown' | 'derive' | 'onRejected'> {
  /** Keep the pixels of each picture as a NumPy array, squashed to a square of this side. */
  npySidePx?: number;
}

/**
 * Takes in everything that is there. An original is deleted only when its bytes, thumbnail, array and row are durable, and only where it
 * is still what was read; a sweep that was killed anywhere, or that another runs beside, is simply run again: the same object twice is
 * one sample. Throws what ingest throws.
 */
export async function sweepDropZone(needs: DropZoneNeeds, request: DropZoneRequest): Promise<DropReport> {
  const { npySidePx, ...asked } = request;
  const tally = new IngestTally(request.dataset, request.onProgress);
  const derive = async (bytes: Uint8Array, contentHash: string): Promise<void> => {
    if (npySidePx === undefined) return;
    const key = objectKeys.array(contentHash);
    if (!(await needs.store.find(key)))
      await needs.store.put(key, await toArray(needs.pool, { bytes, npySidePx, request }));
  };
  const onRejected = (rejected: RejectedFile): Promise<void> => refuse(needs, rejected);
  await ingestSources(
    needs,
    { ...asked, sources: [needs.source], move: true, takesKnown: true, derive, onRejected },
    tally,
  );
  const { dataset, seen, added, duplicates, rejected, rejections, classes, durationMs } = tally.finish();
  return {
    location: needs.source.location,
    dataset,
    seen,
    added,
    duplicates,
    rejected,
    rejections,
    classes,
    durationMs,
  };
}

async function toArray(
  pool: IngestNeeds['pool'],
  { bytes, npySidePx, request }: { bytes: Uint8Array; npySidePx: number; request: DropZoneRequest },
): Promise<Uint8Array> {
  const { pictureMs: deadlineMs = 10_000, ...limits } = request.limits;
  const pixels = await pool.run(
    'pixels',
    {
      bytes,
      limits,
      preprocessing: {
        widthPx: npySidePx,
        heightPx: npySidePx,
        resize: 'squash',
        cropFraction: 1,
        interpolation: 'linear',
        channelOrder: 'RGB',
        mean: [0.5, 0.5, 0.5],
        std: [0.5, 0.5, 0.5],
      },
    },
    { deadlineMs, ...(request.signal ? { signal: request.signal } : {}) },
  );
  return renderNpy([npySidePx, npySidePx, 3], pixels);
}

/** The object and its reason are durable before it is gone from the zone. One that could not be read stays for the next sweep. */
async function refuse({ zone, refusals }: DropZoneNeeds, { file, rejection }: RejectedFile): Promise<void> {
  if (rejection.code === 'FILE_UNREADABLE') return;
  const version = file.etag === undefined ? {} : { etag: file.etag };
  await refusals.write(file.path, zone.read(file.path, version), { ifAbsent: false });
  crashPoint('drop.copied');
  const reason = new TextEncoder().encode(`${JSON.stringify(rejection)}\n`);
  await refusals.put(`${file.path}.reason.json`, reason, { ifAbsent: false });
  crashPoint('drop.refused');
  await file.remove?.();
}
