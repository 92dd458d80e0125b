/** @file How much the answers of the server and of the browser differ, as a number. Pure. */
import type { Prediction } from '@tintype/contracts/serve';

/** What the browser answered for a picture that the server answered too. */
export interface LocalAnswer {
  probabilities: Readonly<Record<string, number>>;
  durationMs: number;
}

export interface PictureParity {
  /** Whether both put it into the same class. */
  agrees: boolean;
  /** Largest absolute difference of a probability. */
  difference: number;
}

export function compareAnswers(
  server: Readonly<Record<string, number>>,
  browser: Readonly<Record<string, number>>,
): PictureParity {
  const names = Object.keys(server);
  const difference = names.reduce(
    (most, name) => Math.max(most, Math.abs((server[name] ?? 0) - (browser[name] ?? 0))),
    0,
  );
  return { agrees: findBest(server) === findBest(browser), difference };
}

export interface Parity {
  pictures: number;
  agreeing: number;
  largestDifference: number;
  /** Medians. */
  browserMs: number;
  serverMs: number;
}

export interface Measured extends PictureParity {
  browserMs: number;
  serverMs: number;
}

/** Undefined before the first picture. */
export function summarizeParity(measured: readonly Measured[]): Parity | undefined {
  if (measured.length === 0) return undefined;
  return {
    pictures: measured.length,
    agreeing: measured.filter(({ agrees }) => agrees).length,
    largestDifference: Math.max(...measured.map(({ difference }) => difference)),
    browserMs: median(measured.map(({ browserMs }) => browserMs)),
    serverMs: median(measured.map(({ serverMs }) => serverMs)),
  };
}

/** 0.00012 -> `0.0001`; less than what is shown is not zero: `< 0.0001`. */
export const formatDifference = (difference: number): string =>
  difference > 0 && difference < 0.0001 ? '< 0.0001' : difference.toFixed(4);

/** The browser's answer in the form that every door gives. */
export function toLocalPrediction(
  { probabilities }: LocalAnswer,
  { model, version }: { model: string; version: number },
): Prediction {
  const prediction = findBest(probabilities) ?? null;
  return {
    prediction,
    confidence: prediction === null ? 0 : (probabilities[prediction] ?? 0),
    probabilities: { ...probabilities },
    error: null,
    model,
    version,
    request_id: 'browser',
  };
}

const findBest = (probabilities: Readonly<Record<string, number>>): string | undefined =>
  Object.entries(probabilities).sort(([, a], [, b]) => b - a)[0]?.[0];

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}
