/**
 * @file What the next 100 labels bring: the forecast from the labels at hand beside what they brought, on a third of the pictures nobody labeled.
 *
 * `label-forecast.mjs [--seeds 5] [--first 1] [--sets recyclables,scenes,portraits]`. Labels come in the engine's order from an annotator who errs in 2 %.
 * Beside it: what forecasting no gain at all would be worth.
 */
import { forecastLabels } from '@tintype/core/label/forecast-labels';
import { meanConfidence } from '@tintype/core/label/suggestion-head';
import { createAnnotator, mean, round } from './label/annotator.mjs';
import { holdOut, openLabeling, openSet } from './label/open-set.mjs';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const first = Number(options.first ?? 1);
const seeds = Array.from({ length: Number(options.seeds ?? 5) }, (_, n) => first + n);
const moments = [100, 200, 300];
const nextLabels = 100;
const step = 20;
const points = 0.02;

function run(set, labeling, seed) {
  const { labeled, classIndices } = labeling;
  const groups = labeled.map((row) => set.groups[row]);
  const classCount = set.classes.length;
  const expectedAccuracy = meanConfidence(labeling.probabilities, classCount);
  return forecastLabels({
    ...set.space,
    labeled,
    classIndices,
    classCount,
    groups,
    nextLabels,
    expectedAccuracy,
    seed,
  });
}

const results = [];
for (const name of (options.sets ?? 'recyclables,scenes,portraits').split(',')) {
  const set = await openSet(name);
  const forecasts = [];
  for (const seed of seeds) {
    const held = holdOut(set, seed);
    const labeling = await openLabeling(set, { annotator: createAnnotator(set, seed), held, seed, order: 'engine' });
    const pending = [];
    for (let labels = 0; labels < Math.max(...moments) + nextLabels; ) {
      labels += labeling.label(step).length;
      const accuracy = labeling.accuracy();
      for (const one of pending) if (one.at + nextLabels === labels) one.gain = accuracy - one.accuracy;
      if (moments.includes(labels)) pending.push({ at: labels, accuracy, forecast: run(set, labeling, seed) });
    }
    forecasts.push(
      ...pending.map(({ at, gain, forecast }) => ({
        at,
        gain,
        forecast: forecast.gain,
        interval: forecast.gainInterval,
      })),
    );
  }
  const isNear = ({ gain, forecast }) => Math.abs(gain - forecast) <= points;
  const share = (some, isIt) => round(some.filter(isIt).length / some.length, 3);
  const result = {
    set: name,
    forecasts: forecasts.length,
    within2Points: share(forecasts, isNear),
    byLabels: Object.fromEntries(
      moments.map((at) => [
        at,
        share(
          forecasts.filter((one) => one.at === at),
          isNear,
        ),
      ]),
    ),
    meanGain: round(mean(forecasts.map((one) => one.gain))),
    meanForecast: round(mean(forecasts.map((one) => one.forecast))),
    meanAbsoluteError: round(mean(forecasts.map(({ gain, forecast }) => Math.abs(gain - forecast)))),
    intervalHolds: share(forecasts, ({ gain, interval: [low, high] }) => gain >= low && gain <= high),
    noGainWithin2Points: share(forecasts, ({ gain }) => Math.abs(gain) <= points),
  };
  console.error(
    JSON.stringify(result),
    JSON.stringify(forecasts.map(({ at, gain, forecast }) => [at, round(gain, 3), round(forecast, 3)])),
  );
  results.push(result);
}
const overall = mean(results.map((result) => result.within2Points));
console.log(JSON.stringify({ seeds, results, within2Points: round(overall, 3), bar: 0.8, met: overall >= 0.8 }));
