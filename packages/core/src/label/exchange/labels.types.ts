/** @file A label as another tool wrote it down, before it is known which picture is meant. */

/** One thing that somebody said of a picture. */
export interface WrittenLabel {
  /** As the file names the picture: a path, a file name, an address. */
  name: string;
  className: string;
  /** Where the file says it. */
  contentHash?: string;
  sampleId?: string;
  annotator?: string;
  /** Milliseconds since 1970. */
  at?: number;
  /** What others said of the same picture; they are kept as opinions. */
  others?: readonly Pick<WrittenLabel, 'className' | 'annotator' | 'at'>[];
}

/** A picture that has no label for us, and why. */
export interface SkippedLabel {
  name: string;
  reason: string;
}

export interface WrittenLabels {
  labels: WrittenLabel[];
  skipped: SkippedLabel[];
}

/** A file of a source, read. */
export interface ReadFile {
  /** Below the source, with slashes. */
  path: string;
  bytes: Uint8Array;
}
