/** @file Pictures from addresses that strangers give: fetched by a process that reaches nothing but the public internet. */

export interface PictureFetcher extends AsyncDisposable {
  /** Throws URL_REFUSED, URL_FAILED, IMAGE_TOO_LARGE, OVERLOADED, CANCELLED. */
  fetch(url: string, options: { limitBytes: number; signal?: AbortSignal }): Promise<Uint8Array>;
}

/** A part of what is at an address. */
export interface FetchedPart {
  bytes: Uint8Array;
  /** Of the whole. */
  sizeBytes: number;
  /** Another one whenever the whole is another; empty where the server tells none. */
  tag: string;
}

/** Files from addresses, a part at a time, by the same process. */
export interface PartFetcher {
  /** Bytes `[start, end)`, fewer where the whole ends before. Throws URL_REFUSED, URL_FAILED, OVERLOADED, CANCELLED. */
  fetchPart(url: string, range: { start: number; end: number; signal?: AbortSignal }): Promise<FetchedPart>;
}
