/** @file Lines of JSON in pieces. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readLines, renderLines } from './json-lines.ts';

test('what is written comes back, however it is cut into pieces', async () => {
  const cutAnywhere = fc.asyncProperty(fc.array(fc.string()), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
    const bytes = renderLines(texts);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    };

    const read: unknown[] = [];
    for await (const line of readLines(pieces())) read.push(JSON.parse(line));

    expect(read).toEqual(texts);
  });

  await fc.assert(cutAnywhere);
});
