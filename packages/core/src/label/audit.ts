/**
 * @file What a random sample says about the errors of a batch that was labeled at once. Two bounds, both exact for a finite batch:
 * one for a number of looks that was fixed before (the hypergeometric form of Clopper and Pearson 1934), one that holds whenever
 * somebody stops (prior-posterior ratio, Waudby-Smith and Ramdas 2020, arXiv 2006.04347).
 */
import { createRandom } from '@tintype/autograd/random';
import { logChoose, logGamma } from './log-gamma.ts';

export interface AuditCount {
  /** Pictures of the batch. */
  size: number;
  /** Different pictures looked at, drawn at random. */
  looks: number;
  /** Wrong labels among those. */
  errors: number;
  /** Default 0.95. */
  confidence?: number;
  /** Share of wrong labels that whoever looks takes for right; default 0. More errors are allowed for accordingly. */
  missRate?: number;
}

export interface AuditBound {
  /** Wrong labels in the whole batch, those found included, at most; a share of it. */
  upper: number;
  /** The same once the errors found are mended. */
  upperMended: number;
}

/** Prior of the anytime bound, Beta-binomial: a batch that is worth accepting has few errors. Any choice is valid; this one is tight there. */
const prior = { errors: 0.3, right: 20 } as const;

const usualConfidence = 0.95;
const manyMissed = 50;

/** For a number of looks that did not depend on what was seen. */
export function boundAfterPlan(count: AuditCount): AuditBound {
  assertCount(count);
  const alpha = 1 - (count.confidence ?? usualConfidence);
  return findBound(count, (wrong) => logAtMost(count, wrong) > Math.log(alpha));
}

/** For looks that end whenever somebody likes: holds at all moments together. Wider than the bound of a plan. */
export function boundAnytime(count: AuditCount): AuditBound {
  assertCount(count);
  const { size, looks, errors, confidence = usualConfidence } = count;
  const { errors: a, right: b } = prior;
  const logMixture = logBeta(a + errors, b + looks - errors) - logBeta(a, b);
  const ways = logChoose(looks, errors);
  const least = logMixture + Math.log(1 - confidence);
  return findBound(count, (wrong) => logExactly({ size, looks, errors }, wrong) - ways > least);
}

/** Fewest looks after which no error found means at most `target` errors; all of the batch where less does not do. */
export function planLooks({ target, ...batch }: Omit<AuditCount, 'looks' | 'errors'> & { target: number }): number {
  let [low, high] = [0, batch.size];
  while (low < high) {
    const looks = (low + high) >> 1;
    if (boundAfterPlan({ ...batch, looks, errors: 0 }).upper <= target) high = looks;
    else low = looks + 1;
  }
  return low;
}

/** The batch in the order in which an audit looks at it: every order is equally likely, and the same for the same seed. */
export function shuffleForAudit<T>(batch: readonly T[], seed: number | string): T[] {
  const random = createRandom('audit', seed);
  const order = [...batch];
  for (let n = order.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [order[n], order[other]] = [order[other] as T, order[n] as T];
  }
  return order;
}

/** Largest number of wrong labels that is still believable: beyond the errors seen, believing only falls. */
function findBound(
  { size, looks, errors, missRate = 0, confidence = usualConfidence }: AuditCount,
  isBelievable: (wrong: number) => boolean,
): AuditBound {
  const most = size - (looks - errors);
  // A likelihood rises up to the share seen and falls after it, so the search begins there.
  let low = Math.min(most, Math.max(errors, looks === 0 ? most : Math.floor((size * errors) / looks)));
  let high = most;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isBelievable(middle)) low = middle;
    else high = middle - 1;
  }
  if (size === 0) return { upper: 0, upperMended: 0 };
  const wrong = Math.min(size, low + countMissed(low, { missRate, alpha: 1 - confidence }));
  return { upper: wrong / size, upperMended: (wrong - errors) / size };
}

/** Fewest errors beside those `found` that are missed at most, but for the share `alpha` of audits (binomial; three deviations where there are many). */
function countMissed(found: number, { missRate, alpha }: { missRate: number; alpha: number }): number {
  if (missRate === 0) return 0;
  const expected = (found * missRate) / (1 - missRate);
  if (expected > manyMissed) return Math.ceil(expected + 3 * Math.sqrt(expected));
  for (let missed = 0; ; missed += 1) {
    const wrong = found + missed;
    let atMost = 0;
    for (let n = 0; n <= missed; n += 1)
      atMost += Math.exp(logChoose(wrong, n) + n * Math.log(missRate) + (wrong - n) * Math.log1p(-missRate));
    if (atMost >= 1 - alpha) return missed;
  }
}

/** ln P(as many errors as seen | `wrong` in the batch). */
function logExactly({ size, looks, errors }: AuditCount, wrong: number): number {
  return logChoose(wrong, errors) + logChoose(size - wrong, looks - errors) - logChoose(size, looks);
}

/** ln P(at most as many errors as seen | `wrong` in the batch): added up from the largest term on until the rest does not count. */
function logAtMost(count: AuditCount, wrong: number): number {
  const first = logExactly(count, wrong);
  if (first === Number.NEGATIVE_INFINITY) return first;
  let sum = 1;
  for (let errors = count.errors - 1, before = 1; errors >= 0; errors -= 1) {
    const term = Math.exp(logExactly({ ...count, errors }, wrong) - first);
    sum += term;
    if (term <= before && term < 1e-16 * sum) break;
    before = term;
  }
  return Math.min(0, first + Math.log(sum));
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b);

function assertCount({ size, looks, errors }: AuditCount): void {
  if (!(errors >= 0 && errors <= looks && looks <= size))
    throw new RangeError(`${errors} errors in ${looks} looks at ${size} pictures cannot be`);
}
