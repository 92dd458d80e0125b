/** @file The rows of a whole catalog, out and in: of one moment, and in one form for every database. */

/** Some rows of one table: gzip over JSON lines, of which the first names table and columns and every other one is a row's values. */
export interface RowsPart {
  table: string;
  rows: number;
  bytes: Uint8Array;
}

/** A catalog as it is at one moment, whatever is written meanwhile. */
export interface CatalogView {
  /** Names of the migrations of its schema, in order. */
  readonly migrations: readonly string[];
  /** Tables that are kept, in the order in which their rows come and are restored. */
  readonly tables: readonly string[];
  /**
   * All rows, a few megabytes at a time. What would let people in or lock them out for a while longer (sessions, invitations, pictures
   * given out) is left out.
   */
  parts: () => AsyncIterable<RowsPart>;
}

/** Bytes that are no rows of a catalog as this version knows it. */
export class UnreadableRows extends Error {}

export interface CatalogArchive {
  /** Names of those that this version knows. */
  readonly migrations: readonly string[];
  /** Nobody waits for who reads, and who reads waits for nobody. */
  read<T>(work: (view: CatalogView) => Promise<T>): Promise<T>;
  /** A table that has rows which a restore would have to respect; undefined where the catalog is as good as new. */
  findFilledTable(): Promise<string | undefined>;
  /**
   * All or nothing, in one transaction; rows of an older schema are taken through the migrations since. Throws CATALOG_NOT_EMPTY,
   * CATALOG_TOO_NEW for rows of a newer schema, UnreadableRows, and what `parts` throws.
   */
  restore(rows: { migrations: readonly string[]; parts: AsyncIterable<Uint8Array> }): Promise<void>;
}
