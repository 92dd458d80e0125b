/**
 * @file How often the shown bound on the errors of a batch holds: audits of simulated batches, planned ones and ones that stop when it suits.
 *
 * `label-bounds.mjs [--runs 1000]`. Every batch has a size, an error rate and an auditor who misjudges 2 % of the pictures. A planned audit looks
 * as often as 0 errors would need for 2 %; the adaptive auditor looks after each 10 at the anytime bound and stops at the first below 2 %, or keeps the
 * lowest of 300 looks. Without misjudgment (slips 0) the bounds must hold by mathematics.
 */
import { createRandom } from '@tintype/autograd/random';
import { boundAfterPlan, boundAnytime, planLooks, shuffleForAudit } from '@tintype/core/label/audit';
import { round } from './label/annotator.mjs';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const runs = Number(options.runs ?? 1000);
const target = 0.02;
const sizes = [60, 300, 3000];
const rates = [0, 0.005, 0.02, 0.05, 0.15];
const bar = 0.95;

/** The batch in the order it is looked at: what is wrong, and what the auditor finds wrong. */
function drawBatch({ size, rate, slips, word }) {
  const random = createRandom('bounds', word);
  const batch = Array.from({ length: size }, () => ({ isWrong: random() < rate, isSlip: random() < slips }));
  const seen = shuffleForAudit(batch, word).map(({ isWrong, isSlip }) => isWrong !== isSlip);
  return { truth: batch.filter((one) => one.isWrong).length / size, seen, missRate: slips };
}

function auditByPlan({ seen, missRate }) {
  const looks = planLooks({ size: seen.length, target });
  return boundAfterPlan({ size: seen.length, looks, errors: count(seen, looks), missRate }).upper;
}

function auditAtWill({ seen, missRate }) {
  let lowest = 1;
  for (let looks = 10; looks <= Math.min(300, seen.length); looks += 10) {
    lowest = Math.min(lowest, boundAnytime({ size: seen.length, looks, errors: count(seen, looks), missRate }).upper);
    if (lowest <= target) break;
  }
  return lowest;
}

const count = (seen, looks) => seen.slice(0, looks).filter(Boolean).length;

const audits = { planned: auditByPlan, atWill: auditAtWill };
const results = [];
for (const [name, audit] of Object.entries(audits))
  for (const slips of [0, 0.02])
    for (const size of sizes)
      for (const rate of rates) {
        let covered = 0;
        for (let run = 0; run < runs; run += 1) {
          const batch = drawBatch({ size, rate, slips, word: `${size} ${rate} ${slips} ${run}` });
          if (audit(batch) >= batch.truth) covered += 1;
        }
        results.push({ audit: name, slips, size, rate, covered: round(covered / runs, 4) });
      }
const worst = results.reduce((least, one) => (one.covered < least.covered ? one : least));
const byAudit = Object.fromEntries(
  Object.keys(audits).map((name) => {
    const own = results.filter((one) => one.audit === name);
    return [name, round(own.reduce((sum, one) => sum + one.covered, 0) / own.length, 4)];
  }),
);
const zero = round(boundAfterPlan({ size: 1e6, looks: 150, errors: 0 }).upper, 4);
console.log(JSON.stringify({ runs, covered: byAudit, worst, noErrorIn150: zero, bar, met: worst.covered >= bar }));
