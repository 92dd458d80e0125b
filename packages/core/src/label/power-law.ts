/** @file Learning curves: accuracy = ceiling - drop * labels^-rate (Cortes et al. 1993), fitted by weighted least squares over a table of rates. */

export interface CurvePoint {
  labels: number;
  /** Accuracy, or any share that rises with labels. */
  value: number;
  weight: number;
}

export interface PowerLaw {
  ceiling: number;
  drop: number;
  rate: number;
}

/** Between these lie the curves of heads on frozen features; without a limit three noisy points bend into anything. */
const rates = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** A curve never falls and ends at 1 at most. Undefined for fewer than two sizes. */
export function fitPowerLaw(points: readonly CurvePoint[]): PowerLaw | undefined {
  if (new Set(points.map((point) => point.labels)).size < 2) return undefined;
  const fits = rates.map((rate) => fitAtRate(points, rate));
  return fits.reduce((best, one) => (one.loss < best.loss ? one : best)).law;
}

export const valueAt = ({ ceiling, drop, rate }: PowerLaw, labels: number): number => ceiling - drop * labels ** -rate;

/** Straight lines in labels^-rate: the best one that has no negative drop and no ceiling above 1. */
function fitAtRate(points: readonly CurvePoint[], rate: number): { law: PowerLaw; loss: number } {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (value: (point: CurvePoint) => number): number =>
    points.reduce((sum, point) => sum + point.weight * value(point), 0) / total;
  const x = ({ labels }: CurvePoint): number => labels ** -rate;
  const [meanX, meanY] = [mean(x), mean((point) => point.value)];
  const covariance = mean((point) => (x(point) - meanX) * (point.value - meanY));
  const variance = mean((point) => (x(point) - meanX) ** 2);
  let drop = Math.max(0, -covariance / variance);
  let ceiling = meanY + drop * meanX;
  if (ceiling > 1) {
    ceiling = 1;
    drop = mean((point) => x(point) * (1 - point.value)) / mean((point) => x(point) ** 2);
  }
  const law = { ceiling, drop, rate };
  return { law, loss: mean((point) => (point.value - valueAt(law, point.labels)) ** 2) };
}
