/** @file Pictures from addresses that strangers give: fetched by a process that reaches nothing but the public internet. */

export interface PictureFetcher extends AsyncDisposable {
  /** Throws URL_REFUSED, URL_FAILED, IMAGE_TOO_LARGE, OVERLOADED, CANCELLED. */
  fetch(url: string, options: { limitBytes: number; signal?: AbortSignal }): Promise<Uint8Array>;
}
