/** @file Brings pictures that come later into the browser's cache, so that a network cut of minutes holds nobody up. */
import { useEffect } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';

/** Thumbnails and pictures ahead, and what the pictures may weigh together. */
const ahead = { thumbnails: 150, pictures: 60, bytes: 64 * 2 ** 20 } as const;

/** What was fetched, with its size; the browser keeps the bytes. */
const warm = new Map<string, number>();

async function fetchOnce(url: string, signal: AbortSignal): Promise<number> {
  const known = warm.get(url);
  if (known !== undefined) return known;
  const response = await fetch(url, { signal, priority: 'low' });
  const { byteLength } = await response.arrayBuffer();
  if (response.ok) warm.set(url, byteLength);
  return byteLength;
}

/** `sampleIds`: of the pictures to come, the next first. */
export function useWarmPictures(sampleIds: readonly string[]): void {
  const key = sampleIds.slice(0, ahead.thumbnails).join(' ');
  useEffect(() => {
    const ended = new AbortController();
    const ids = key === '' ? [] : key.split(' ');
    const run = async (): Promise<void> => {
      for (const id of ids) await fetchOnce(thumbnailUrl(id), ended.signal);
      let bytes = 0;
      for (const id of ids.slice(0, ahead.pictures)) {
        if (bytes >= ahead.bytes) return;
        bytes += await fetchOnce(pictureUrl(id), ended.signal);
      }
    };
    // What cannot be had now is asked for again when the list changes.
    run().catch(() => undefined);
    return () => ended.abort();
  }, [key]);
}
