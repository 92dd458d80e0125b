/** @file Where ingest reads from: a folder tree, an archive or single files behind one shape. */

/** One file that could be a picture, or one that is refused before it is read (an unsafe archive entry, an unreadable file). */
export interface SourceFile {
  /** Path below the source with `/`; unique within it. For people, labels and idempotence; never opened. */
  path: string;
  sizeBytes: number;
  /** Milliseconds since 1970; 0 where the source does not say. */
  modifiedAt: number;
  /** Of objects in buckets: another one whenever the content is another. */
  etag?: string;
  /** Throws IMAGE_TOO_LARGE, FILE_UNREADABLE, ARCHIVE_ENTRY_UNSAFE or ARCHIVE_LIMIT_EXCEEDED for this file alone. */
  read(): Promise<Uint8Array>;
  /** Deletes the original; absent where the source cannot (archives). */
  remove?(): Promise<void>;
}

export interface PictureSource {
  /** Absolute, canonical: together with `path` it identifies a file across runs. */
  readonly location: string;
  /** Files in a stable order, hidden files and non-picture extensions that people keep beside pictures (.txt, .csv, .json...) left out. */
  files(): AsyncIterable<SourceFile>;
  /** Of them those that come after the one at `path`, whether or not it is there still; absent where only walking finds them. */
  filesAfter?(path: string): AsyncIterable<SourceFile>;
  /** One that was listed, without looking for it again; absent where only walking finds it. */
  file?(listed: Pick<SourceFile, 'path' | 'sizeBytes' | 'modifiedAt' | 'etag'>): Pick<SourceFile, 'read'>;
}

/** Opens a folder, picture, .zip, .tar, .tar.gz or .tgz. Throws SOURCE_NOT_FOUND or ARCHIVE_UNREADABLE. */
export type OpenPictureSource = (source: string, limits: { bytes: number }) => Promise<PictureSource>;
