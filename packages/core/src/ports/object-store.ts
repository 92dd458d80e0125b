/** @file Bytes by key. What `put` has returned for survives a crash or power cut; a reader never sees half an object. */

export interface ObjectHead {
  key: string;
  sizeBytes: number;
}

/** A file that somebody writes, or died while writing; no object yet. */
export interface UnfinishedFile {
  name: string;
  sizeBytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  discard: () => Promise<void>;
}

/** A file on this machine that holds what an object held. */
export interface ObjectCopy {
  key: string;
  path: string;
  /** It is downloaded again when it is wanted. */
  discard: () => Promise<void>;
}

export interface ObjectStore {
  /** How many objects are best put at once: a network needs more of them under way than a disk. Default: as many as there are. */
  readonly putsAtOnce?: number;
  /** Writes all or nothing, durably. An object that is there already is left alone when `ifAbsent` (default true). */
  put(key: string, bytes: Uint8Array, options?: { ifAbsent?: boolean }): Promise<void>;
  /** As `put`, of bytes that need not be held at once; a source that throws leaves no object. */
  write(key: string, chunks: AsyncIterable<Uint8Array>, options?: { ifAbsent?: boolean }): Promise<void>;
  /** Throws OBJECT_NOT_FOUND. */
  get(key: string): Promise<Uint8Array>;
  /** The object a piece at a time. Throws OBJECT_NOT_FOUND, at the first piece. */
  read(key: string): AsyncIterable<Uint8Array>;
  /** Bytes `[start, end)`. Throws OBJECT_NOT_FOUND. */
  getRange(key: string, range: { start: number; end: number }): Promise<Uint8Array>;
  /** Undefined where there is no such object. */
  find(key: string): Promise<ObjectHead | undefined>;
  /** Every object whose key starts with `prefix`, in key order. */
  list(prefix: string): AsyncIterable<ObjectHead>;
  remove(key: string): Promise<void>;
  /** When the object was written, in milliseconds since 1970; undefined where there is no such object. */
  modifiedAt(key: string): Promise<number | undefined>;
  /** What writers left unfinished on this machine, or are writing now. */
  unfinished(): AsyncIterable<UnfinishedFile>;
  /** Copies that `localFolder` made; none where objects are files of this machine. */
  copies(): AsyncIterable<ObjectCopy>;
  /** A folder on this machine that holds the objects under `prefix` as files; downloaded first by remote stores. */
  localFolder(prefix: string): Promise<string>;
}

/** Keys of everything the project stores, in one place. */
export const objectKeys = {
  source: (contentHash: string): string => `sources/${contentHash.slice(0, 2)}/${contentHash}`,
  thumbnail: (contentHash: string): string => `thumbs/${contentHash.slice(0, 2)}/${contentHash}.jpg`,
  /** Pixels as a NumPy array, for other programs. */
  array: (contentHash: string): string => `numpy/${contentHash}.npy`,
  embeddingPrefix: (featuresKey: string): string => `embeddings/${featuresKey}/`,
  pixelPrefix: (pixelsKey: string): string => `pixels/${pixelsKey}/`,
  measurePrefix: (key: string): string => `measures/${key}/`,
  bundlePrefix: (bundleHash: string): string => `models/${bundleHash}/`,
  bundleFile: (bundleHash: string, file: string): string => `models/${bundleHash}/${file}`,
  /** A picture that the prediction log keeps. */
  prediction: (contentHash: string): string => `predictions/${contentHash.slice(0, 2)}/${contentHash}`,
  /** Coordinates and neighbors of pictures, by what they are made from. */
  map: (key: string, part: string): string => `maps/${key}/${part}.f32`,
  /** What the last exploration of a dataset found. */
  exploreReport: (dataset: string): string => `explore/${dataset}/report.json`,
  /** Where its pictures lie on the map: JSON, a line for each thousand. */
  explorePoints: (dataset: string): string => `explore/${dataset}/points.jsonl`,
  snapshot: (snapshotId: string): string => `snapshots/${snapshotId}.jsonl`,
  /** What `verify` put aside, under the key that it had. */
  quarantine: (key: string): string => `quarantine/${key}`,
  /** Of everything that a backup is made of beside the objects it refers to. */
  backupPrefix: (backupId: string): string => `backups/${backupId}/`,
  backupPart: (backupId: string, name: string): string => `backups/${backupId}/${name}`,
};
