/** @file The store of what versions of models answered for samples. */
import type { SamplePrediction } from '@tintype/contracts/curation';
import type { SamplePredictionStore } from '@tintype/core/ports/curation-stores';
import type { Selectable } from 'kysely';
import { fromJson, inChunks, type StoreContext, write } from './context.ts';
import type { SamplePredictionTable } from './schema.ts';

const rowsPerInsert = 200;
const pageOfStream = 1000;

export function createSamplePredictionStore(context: StoreContext): SamplePredictionStore {
  const { db } = context;
  return {
    record: (predictions) =>
      write(context, (trx) =>
        inChunks(lastOfEach(predictions).map(fromPrediction), rowsPerInsert, (rows) =>
          trx
            .insertInto('sample_predictions')
            .values([...rows])
            .onConflict((conflict) =>
              conflict.columns(['model', 'version', 'sample_id']).doUpdateSet((eb) => ({
                class_name: eb.ref('excluded.class_name'),
                predicted: eb.ref('excluded.predicted'),
                confidence: eb.ref('excluded.confidence'),
                probabilities: eb.ref('excluded.probabilities'),
              })),
            )
            .execute(),
        ),
      ),
    list: (query) => streamPredictions(context, query),
    async ofSample(sampleId) {
      const rows = await db
        .selectFrom('sample_predictions')
        .leftJoin('model_versions', (join) =>
          join
            .onRef('model_versions.model', '=', 'sample_predictions.model')
            .onRef('model_versions.version', '=', 'sample_predictions.version'),
        )
        .selectAll('sample_predictions')
        .where('sample_id', '=', sampleId)
        .orderBy('model_versions.created_at', (order) => order.desc().nullsLast())
        .orderBy('sample_predictions.model')
        .orderBy('sample_predictions.version', 'desc')
        .execute();
      return rows.map(toPrediction);
    },
  };
}

/** No statement may change a row twice. */
function lastOfEach(predictions: readonly SamplePrediction[]): SamplePrediction[] {
  const keyOf = ({ model, version, sampleId }: SamplePrediction): string => `${model} ${version} ${sampleId}`;
  return [...new Map(predictions.map((one) => [keyOf(one), one])).values()];
}

async function* streamPredictions(
  { db }: StoreContext,
  { model, version, dataset }: { model: string; version: number; dataset?: string },
): AsyncGenerator<SamplePrediction> {
  let query = db
    .selectFrom('sample_predictions as p')
    .innerJoin('samples as s', 's.id', 'p.sample_id')
    .selectAll('p')
    .where('p.model', '=', model)
    .where('p.version', '=', version)
    .where('s.removed', '=', 0)
    .orderBy('p.sample_id')
    .limit(pageOfStream);
  if (dataset !== undefined) query = query.where('s.dataset', '=', dataset);
  let after = '';
  while (true) {
    const rows = await query.where('p.sample_id', '>', after).execute();
    for (const row of rows) yield toPrediction(row);
    const last = rows.at(-1);
    if (!last || rows.length < pageOfStream) return;
    after = last.sample_id;
  }
}

function fromPrediction(prediction: SamplePrediction): Selectable<SamplePredictionTable> {
  const { probabilities } = prediction;
  return {
    model: prediction.model,
    version: prediction.version,
    sample_id: prediction.sampleId,
    class_name: prediction.className,
    predicted: prediction.predicted,
    confidence: prediction.confidence,
    probabilities: probabilities && JSON.stringify(probabilities),
  };
}

function toPrediction(row: Selectable<SamplePredictionTable>): SamplePrediction {
  return {
    model: row.model,
    version: row.version,
    sampleId: row.sample_id,
    className: row.class_name,
    predicted: row.predicted,
    confidence: row.confidence,
    probabilities: row.probabilities === null ? null : fromJson(row.probabilities),
  };
}
