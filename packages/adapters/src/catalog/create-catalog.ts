/** @file The catalog's stores, the same over every database. */
import type { Catalog } from '@tintype/core/ports/catalog';
import { createAccessStore } from './access.ts';
import { createAnswerStore } from './answers.ts';
import { createClassStore } from './classes.ts';
import type { StoreContext } from './context.ts';
import { createEvaluationStore } from './evaluations.ts';
import { createIntegrityStore } from './integrity.ts';
import { createMeasureStore } from './measures.ts';
import { createOriginStore } from './origins.ts';
import { createPeopleStore } from './people.ts';
import { createPredictionStore } from './predictions.ts';
import { createRegistryStore, readRegistryVersion } from './registry.ts';
import { createRunStore } from './runs.ts';
import { createSamplePredictionStore } from './sample-predictions.ts';
import { createSampleStore } from './samples.ts';
import { createSnapshotStore } from './snapshots.ts';
import { createStudyStore } from './studies.ts';
import { createTagStore } from './tags.ts';
import { createViewStore } from './views.ts';

/** The stores over an open database; disposing the catalog closes it. */
export function createCatalog(context: StoreContext): Catalog {
  return {
    samples: createSampleStore(context),
    classes: createClassStore(context),
    origins: createOriginStore(context),
    snapshots: createSnapshotStore(context),
    runs: createRunStore(context),
    registry: createRegistryStore(context),
    evaluations: createEvaluationStore(context),
    studies: createStudyStore(context),
    predictions: createPredictionStore(context),
    tags: createTagStore(context),
    views: createViewStore(context),
    samplePredictions: createSamplePredictionStore(context),
    measures: createMeasureStore(context),
    people: createPeopleStore(context),
    access: createAccessStore(context),
    answers: createAnswerStore(context),
    integrity: createIntegrityStore(context),
    registryVersion: () => readRegistryVersion(context.db),
    async [Symbol.asyncDispose]() {
      await Promise.all([context.db.destroy(), context.writer?.destroy()]);
    },
  };
}
