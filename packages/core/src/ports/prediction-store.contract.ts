/** @file What every prediction store must do. */
import type { LoggedPrediction } from '@tintype/contracts/prediction-log';
import { expect, test } from 'vitest';
import type { OpenCatalog } from './catalog-builders.contract.ts';

export const aPrediction = (id: string, change: Partial<LoggedPrediction> = {}): LoggedPrediction => ({
  id,
  at: 1000,
  because: 'random',
  contentHash: 'a'.repeat(64),
  sizeBytes: 2 ** 33,
  hasPicture: false,
  model: 'pets',
  version: 1,
  requestId: 'req_1',
  prediction: 'cat',
  confidence: 0.75,
  reason: null,
  probabilities: { cat: 0.75, 'a "dog"': 0.25 },
  ...change,
});

export function describePredictionStore(open: OpenCatalog): void {
  test('predictions are got back as they were, newest first', async () => {
    await using catalog = await open();
    const refused = aPrediction('b', { prediction: null, confidence: 0, reason: 'NO_PERSON', probabilities: null });

    await catalog.predictions.record([aPrediction('a', { hasPicture: true })]);
    await catalog.predictions.record([refused]);

    const listed = await catalog.predictions.list({});
    expect(listed).toEqual({ items: [refused, aPrediction('a', { hasPicture: true })], total: 2 });
  });

  test('one that is recorded twice is there once', async () => {
    await using catalog = await open();

    await catalog.predictions.record([aPrediction('a'), aPrediction('a')]);
    await catalog.predictions.record([aPrediction('a', { confidence: 0.5 })]);
    await catalog.predictions.record([]);

    expect(await catalog.predictions.list({})).toEqual({ items: [aPrediction('a')], total: 1 });
  });

  test('pages follow each other without gap or repetition, by reason and model too', async () => {
    await using catalog = await open();
    const ids = Array.from({ length: 125 }, (_, n) => `p${n}`);
    await catalog.predictions.record(ids.map((id, n) => aPrediction(id, { because: n % 2 ? 'unsure' : 'random' })));
    await catalog.predictions.record([aPrediction('other', { model: 'scenes', because: 'unsure' })]);

    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await catalog.predictions.list({ model: 'pets', limit: 50, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      expect(page.total).toBe(125);
      cursor = page.nextCursor;
    } while (cursor);

    expect(seen).toEqual(ids.toReversed());
    expect((await catalog.predictions.list({ because: 'unsure' })).total).toBe(63);
    await expect(catalog.predictions.list({ cursor: 'no cursor' })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  test('those of a day are counted', async () => {
    await using catalog = await open();
    await catalog.predictions.record([10, 20, 30].map((at) => aPrediction(`at${at}`, { at })));

    expect(await Promise.all([0, 20, 31].map((at) => catalog.predictions.countSince(at)))).toEqual([3, 2, 0]);
  });
}
