/** @file The prediction store: answers that were kept for review, newest first. */
import { type LoggedPrediction, predictionsQuerySchema } from '@tintype/contracts/prediction-log';
import type { PredictionStore } from '@tintype/core/ports/catalog';
import type { Insertable, Selectable } from 'kysely';
import { fromJson, inChunks, type StoreContext, write } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import type { PredictionTable } from './schema.ts';

const rowsPerInsert = 50;

export function createPredictionStore(context: StoreContext): PredictionStore {
  const { db } = context;
  return {
    record: (predictions) =>
      write(context, (trx) =>
        inChunks(predictions.map(fromPrediction), rowsPerInsert, (rows) =>
          trx
            .insertInto('predictions')
            .values([...rows])
            .onConflict((conflict) => conflict.column('id').doNothing())
            .execute(),
        ),
      ),
    async list(query) {
      const { because, model, cursor, limit } = predictionsQuerySchema.parse(query);
      let filtered = db.selectFrom('predictions');
      if (because !== undefined) filtered = filtered.where('because', '=', because);
      if (model !== undefined) filtered = filtered.where('model', '=', model);
      const { total } = await filtered.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      let page = filtered
        .selectAll()
        .orderBy('sequence', 'desc')
        .limit(limit + 1);
      if (cursor !== undefined) page = page.where('sequence', '<', parseCursor(cursor, [0] as const)[0]);
      return toPage(await page.execute(), { limit, total, toItem: toPrediction, keyOf: ({ sequence }) => [sequence] });
    },
    async countSince(at) {
      const { total } = await db
        .selectFrom('predictions')
        .where('at', '>=', at)
        .select((eb) => eb.fn.countAll<number>().as('total'))
        .executeTakeFirstOrThrow();
      return total;
    },
  };
}

function fromPrediction(kept: LoggedPrediction): Insertable<PredictionTable> {
  return {
    id: kept.id,
    at: kept.at,
    because: kept.because,
    content_hash: kept.contentHash,
    size_bytes: kept.sizeBytes,
    has_picture: kept.hasPicture ? 1 : 0,
    model: kept.model,
    version: kept.version,
    request_id: kept.requestId,
    prediction: kept.prediction,
    confidence: kept.confidence,
    reason: kept.reason,
    probabilities: kept.probabilities ? JSON.stringify(kept.probabilities) : null,
  };
}

function toPrediction(row: Selectable<PredictionTable>): LoggedPrediction {
  return {
    id: row.id,
    at: row.at,
    because: row.because as LoggedPrediction['because'],
    contentHash: row.content_hash,
    sizeBytes: row.size_bytes,
    hasPicture: row.has_picture === 1,
    model: row.model,
    version: row.version,
    requestId: row.request_id,
    prediction: row.prediction,
    confidence: row.confidence,
    reason: row.reason,
    probabilities: row.probabilities === null ? null : fromJson(row.probabilities),
  };
}
