/**
 * @file Labels that are probably wrong: confident learning (Northcutt, Jiang and Chuang 2021, arXiv 1911.00068). Cross-validated probabilities are
 * compared with what is usual for each class, so that what is counted an error is surer than doubtful.
 */

export interface SuspectRequest {
  /** [L, classCount] of heads that had not seen the label. */
  probabilities: Float32Array;
  /** [L] */
  classIndices: ArrayLike<number>;
  classCount: number;
}

export interface Suspect {
  /** Position in `classIndices`. */
  position: number;
  /** The likeliest other class. */
  suggested: number;
  /** Probability of the class it has, and of the suggested one. */
  confidence: number;
  suggestedConfidence: number;
  /** Whether it is among the errors that confident learning counts. */
  isLikelyWrong: boolean;
}

/**
 * All labels, the least probable first. On recyclables the first 5 % then hold 69 % of labels that were turned wrong on purpose; by how much
 * likelier another class is, 59 %.
 */
export function findSuspects({ probabilities, classIndices, classCount }: SuspectRequest): Suspect[] {
  const usual = usualConfidences({ probabilities, classIndices, classCount });
  const suspects = Array.from({ length: classIndices.length }, (_, position): Suspect => {
    const own = classIndices[position] as number;
    const row = probabilities.subarray(position * classCount, (position + 1) * classCount);
    let suggested = own === 0 ? 1 : 0;
    for (let k = 0; k < classCount; k += 1)
      if (k !== own && (row[k] as number) > (row[suggested] as number)) suggested = k;
    const [confidence, suggestedConfidence] = [row[own] as number, row[suggested] as number];
    return {
      position,
      suggested,
      confidence,
      suggestedConfidence,
      isLikelyWrong: suggestedConfidence > confidence && suggestedConfidence >= (usual[suggested] as number),
    };
  });
  return suspects.sort((a, b) => a.confidence - b.confidence || a.position - b.position);
}

/** [classCount] mean probability of a class over the labels that have it: from there on, the head is as sure as it usually is. */
function usualConfidences({ probabilities, classIndices, classCount }: SuspectRequest): Float64Array {
  const sums = new Float64Array(classCount);
  const counts = new Float64Array(classCount);
  for (let n = 0; n < classIndices.length; n += 1) {
    const own = classIndices[n] as number;
    sums[own] = (sums[own] as number) + (probabilities[n * classCount + own] as number);
    counts[own] = (counts[own] as number) + 1;
  }
  return sums.map((sum, k) => ((counts[k] as number) > 0 ? sum / (counts[k] as number) : 1));
}
