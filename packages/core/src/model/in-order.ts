/** @file Many things worked on a few at a time, results in the order of what they were asked for. */

/** Maps with at most `width` under way at once; yields in the order of the input. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  map: (item: T) => Promise<R>,
  width: number,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const next = map(item);
      next.catch(() => undefined);
      underWay.push(next);
      if (underWay.length >= width) yield await (underWay.shift() as Promise<R>);
    }
    for (let next = underWay.shift(); next; next = underWay.shift()) yield await next;
  } finally {
    // Nothing is still worked on when it has ended.
    await Promise.allSettled(underWay);
  }
}
