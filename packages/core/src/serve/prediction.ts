/** @file From what a child answers to the answer every door gives. Pure. */
import type { Refusal } from '@tintype/contracts/gate';
import type { Neighbor, Occlusion, Prediction } from '@tintype/contracts/serve';

interface Answer {
  /** Then there is no prediction. */
  refusal?: Refusal | undefined;
  /** Where a gate counted. */
  personCount?: number | undefined;
  /** `[K]` in class-index order; needed unless refused. */
  probabilities?: ArrayLike<number> | undefined;
  neighbors?: readonly Neighbor[] | undefined;
  occlusion?: Occlusion | undefined;
  classes: readonly string[];
  model: string;
  version: number;
  /** How many classes are listed; default all. */
  top?: number | undefined;
}

/** The most probable class; of equals the first. Probabilities are listed most probable first. A refusal is an answer without them. */
export function toPrediction(answer: Answer): Omit<Prediction, 'request_id'> {
  const { refusal, personCount, probabilities, neighbors, occlusion, classes, model, version, top } = answer;
  const counted = personCount === undefined ? {} : { person_count: personCount };
  const near = neighbors === undefined ? {} : { neighbors: [...neighbors] };
  if (refusal)
    return {
      prediction: null,
      confidence: 0,
      ...counted,
      error: refusal.error,
      reason: refusal.reason,
      ...near,
      model,
      version,
    };
  if (!probabilities) throw new Error('an answer has probabilities or a refusal');
  const ranked = classes
    .map((className, index) => ({ className, probability: probabilities[index] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability);
  const [best] = ranked;
  return {
    prediction: best?.className ?? null,
    confidence: best?.probability ?? 0,
    ...counted,
    probabilities: Object.fromEntries(
      ranked.slice(0, top).map(({ className, probability }) => [className, probability]),
    ),
    error: null,
    ...near,
    ...(occlusion ? { occlusion } : {}),
    model,
    version,
  };
}
