/** @file An asynchronous sequence, several elements at a time. */
import { TintypeError } from '@tintype/contracts/errors';

/** Calls `use` for every element with at most `width` under way; the first failure ends it once all under way have ended. */
export async function forEachOf<T>(
  elements: AsyncIterable<T>,
  use: (element: T) => Promise<void>,
  { width, signal }: { width: number; signal: AbortSignal | undefined },
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for await (const element of elements) {
    if (signal?.aborted) failures.unshift(new TintypeError('CANCELLED', {}));
    if (failures.length > 0) break;
    const one: Promise<void> = use(element)
      .catch((error: unknown) => void failures.push(error))
      .finally(() => underWay.delete(one));
    underWay.add(one);
    if (underWay.size >= width) await Promise.race(underWay);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
