/** @file A sequence that ends with CANCELLED once a signal says so. */
import { TintypeError } from '@tintype/contracts/errors';

export async function* untilCancelled<T>(
  elements: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  for await (const element of elements) {
    if (signal?.aborted) throw new TintypeError('CANCELLED', {});
    yield element;
  }
}
