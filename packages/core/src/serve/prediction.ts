/** @file From probabilities to the answer every door gives. Pure. */
import type { Prediction } from '@tintype/contracts/serve';

interface Answer {
  /** `[K]` in class-index order. */
  probabilities: ArrayLike<number>;
  classes: readonly string[];
  model: string;
  version: number;
  /** How many classes are listed; default all. */
  top?: number | undefined;
}

/** The most probable class; of equals the first. Probabilities are listed most probable first. */
export function toPrediction(answer: Answer): Omit<Prediction, 'request_id'> {
  const ranked = answer.classes
    .map((className, index) => ({ className, probability: answer.probabilities[index] ?? 0 }))
    .toSorted((a, b) => b.probability - a.probability);
  const [best] = ranked;
  return {
    prediction: best?.className ?? null,
    confidence: best?.probability ?? 0,
    probabilities: Object.fromEntries(
      ranked.slice(0, answer.top).map(({ className, probability }) => [className, probability]),
    ),
    error: null,
    model: answer.model,
    version: answer.version,
  };
}
