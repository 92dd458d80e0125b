/** @file The evaluation store: written once, never changed. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { EvaluationStore } from '@tintype/core/ports/catalog';
import { fromJson, type StoreContext, type Write, write } from './context.ts';

export function createEvaluationStore(context: StoreContext): EvaluationStore {
  return {
    record: (evaluation) => write(context, (trx) => insertEvaluation(trx, evaluation)),
    async list(model, version) {
      const rows = await context.db
        .selectFrom('evaluations')
        .select('body')
        .where('model', '=', model)
        .where('version', '=', version)
        .orderBy('sequence', 'desc')
        .execute();
      return rows.map((row) => fromJson<Evaluation>(row.body));
    },
  };
}

export async function insertEvaluation(trx: Write, evaluation: Evaluation): Promise<void> {
  const { id, model, version } = evaluation;
  await trx
    .insertInto('evaluations')
    .values({ id, model, version, body: JSON.stringify(evaluation) })
    .execute();
}
