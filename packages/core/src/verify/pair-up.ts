/** @file Lays two ordered sequences beside each other, so that neither is held in memory. */

export interface Pair<A, B> {
  key: string;
  left?: A;
  right?: B;
}

/** Both in ascending order of their keys, each key once a side. */
export async function* pairUp<A, B>(
  left: AsyncIterable<A>,
  right: AsyncIterable<B>,
  keys: { left: (item: A) => string; right: (item: B) => string },
): AsyncGenerator<Pair<A, B>> {
  const [lefts, rights] = [left[Symbol.asyncIterator](), right[Symbol.asyncIterator]()];
  let [a, b] = await Promise.all([lefts.next(), rights.next()]);
  while (!(a.done && b.done)) {
    const [aKey, bKey] = [a.done ? undefined : keys.left(a.value), b.done ? undefined : keys.right(b.value)];
    const isLeft = aKey !== undefined && (bKey === undefined || aKey <= bKey);
    const isRight = bKey !== undefined && (aKey === undefined || bKey <= aKey);
    yield {
      key: (isLeft ? aKey : bKey) as string,
      ...(isLeft ? { left: a.value as A } : {}),
      ...(isRight ? { right: b.value as B } : {}),
    };
    if (isLeft) a = await lefts.next();
    if (isRight) b = await rights.next();
  }
}
