/** @file Class weights of a batch: the loss of a picture counts as much as its class is rare. */

/**
 * Multiplies [N, K] targets in place by N / (K n_k), scikit-learn's `balanced`, over the classes that there are: mean 1 over the pictures.
 * Mixed targets are weighed part by part.
 */
export function weighTargets(
  labels: Int32Array,
  { classCount, rule }: { classCount: number; rule: 'none' | 'balanced' },
): (targets: Float32Array) => void {
  if (rule === 'none') return () => undefined;
  const counts = new Float64Array(classCount);
  for (const k of labels) counts[k] = (counts[k] as number) + 1;
  const present = counts.filter((count) => count > 0).length;
  const weights = counts.map((count) => (count > 0 ? labels.length / (present * count) : 0));
  return (targets) => {
    for (let i = 0; i < targets.length; i += 1)
      targets[i] = (targets[i] as number) * (weights[i % classCount] as number);
  };
}
