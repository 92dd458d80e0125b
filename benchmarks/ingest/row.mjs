/** @file For benchmarks: what ingest records of a picture, without the picture. */

/** `sample`: what matters beside the usual; `contentHash` and `path` always do. */
export function rowOf({ location = '/pictures', className = null, modifiedAt = 1, etag, ...sample }) {
  const { contentHash, path } = sample;
  const sizeBytes = sample.sizeBytes ?? 9000;
  return {
    origin: { location, path, sizeBytes, modifiedAt, ...(etag === undefined ? {} : { etag }) },
    className,
    labelSource: 'folder',
    sample: {
      id: `s_${contentHash.slice(0, 20)}`,
      format: 'jpeg',
      widthPx: 640,
      heightPx: 480,
      sizeBytes,
      perceptualHash: contentHash.slice(0, 16),
      ...sample,
    },
  };
}
