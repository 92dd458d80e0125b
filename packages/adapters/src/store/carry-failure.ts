/** @file Failures of whoever gives bytes, told apart from those of where they go. */

/** Its cause is the source's own failure. */
export class SourceFailure extends Error {}

export async function* carryFailure(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw new SourceFailure('The source of the bytes failed.', { cause: error });
  }
}
