/** @file Brings pictures that come later into the browser's cache, so that a network cut of minutes holds nobody up. */
import { useEffect } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';

/** Thumbnails and pictures ahead, and what the pictures may weigh together. */
const ahead = { thumbnails: 150, pictures: 60, bytes: 64 * 2 ** 20 } as const;

/** What was fetched, with its size; the browser keeps the bytes. */
const warm = new Map<string, number>();
let wanted: readonly string[] = [];
let isWarming = false;

async function fetchOnce(url: string): Promise<number> {
  const known = warm.get(url);
  if (known !== undefined) return known;
  const response = await fetch(url, { priority: 'low' });
  const { byteLength } = await response.arrayBuffer();
  if (response.ok) warm.set(url, byteLength);
  return byteLength;
}

/** The first of the wanted pictures that is not there; undefined where all are, or weigh too much. */
function findCold(): string | undefined {
  const thumbnail = wanted
    .slice(0, ahead.thumbnails)
    .map(thumbnailUrl)
    .find((url) => !warm.has(url));
  if (thumbnail !== undefined) return thumbnail;
  let bytes = 0;
  for (const url of wanted.slice(0, ahead.pictures).map(pictureUrl)) {
    if (bytes >= ahead.bytes) return undefined;
    const size = warm.get(url);
    if (size === undefined) return url;
    bytes += size;
  }
  return undefined;
}

/** One after the other, so that it takes little from what is looked at. What cannot be had now is tried again when the list changes. */
async function warmUp(): Promise<void> {
  if (isWarming) return;
  isWarming = true;
  try {
    for (let url = findCold(); url !== undefined; url = findCold()) await fetchOnce(url);
  } catch {
    // The network is gone.
  } finally {
    isWarming = false;
  }
}

/** `sampleIds`: of the pictures to come, the next first. Looked at anew once the first has become another. */
export function useWarmPictures(sampleIds: readonly string[]): void {
  const [first] = sampleIds;
  useEffect(() => {
    wanted = sampleIds;
    // After the picture that was asked for is painted.
    const later = setTimeout(() => void warmUp(), 200);
    return () => clearTimeout(later);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- a list that begins the same is much the same.
  }, [first]);
}
