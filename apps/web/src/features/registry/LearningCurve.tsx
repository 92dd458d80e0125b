/** @file Accuracy over the number of labels with its interval, and the forecast of the next ones. */
import type { LabelForecast } from '@tintype/contracts/label-assist';
import { formatCount, formatInterval, formatShare } from '../../components/format.ts';
import { chooseScale } from './interval.ts';
import classes from './LearningCurve.module.css';

const plot = { left: 46, top: 12, width: 420, height: 230, bottom: 44, right: 16 };

/** Whole tenths, or twentieths where there is room for few tenths. */
function listTicks([from, to]: readonly [number, number]): number[] {
  const per = to - from > 0.35 ? 10 : 20;
  const first = Math.ceil(from * per - 1e-9);
  return Array.from({ length: Math.floor(to * per + 1e-9) - first + 1 }, (_, n) => (first + n) / per);
}

export function LearningCurve({ forecast }: { forecast: LabelForecast }) {
  const { curve, gain, gainInterval, nextLabels } = forecast;
  const last = curve.at(-1);
  if (!last) return <p>There is no curve yet.</p>;
  const clamp = (share: number): number => Math.min(1, Math.max(0, share));
  const next = {
    labels: last.labels + nextLabels,
    accuracy: clamp(last.accuracy + gain),
    interval: [clamp(last.accuracy + gainInterval[0]), clamp(last.accuracy + gainInterval[1])] as const,
  };
  const scale = chooseScale([...curve.map(({ interval }) => interval), next.interval]);
  const x = (labels: number): number => plot.left + (labels / next.labels) * plot.width;
  const y = (share: number): number => plot.top + (1 - (share - scale[0]) / (scale[1] - scale[0])) * plot.height;
  const floor = plot.top + plot.height;
  const band = [
    ...curve.map(({ labels, interval }) => [x(labels), y(interval[1])]),
    ...curve.toReversed().map(({ labels, interval }) => [x(labels), y(interval[0])]),
  ];
  const ticks = listTicks(scale);
  const words = `${formatShare(last.accuracy)} (${formatInterval(last.interval)}) with ${formatCount(last.labels)} labels; ${formatShare(next.accuracy)} (${formatInterval(next.interval)}) expected with ${formatCount(next.labels)}`;
  return (
    <figure className={classes.figure}>
      <svg
        viewBox={`0 0 ${plot.left + plot.width + plot.right} ${floor + plot.bottom}`}
        className={classes.plot}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, and has no file.
        role="img"
        aria-label={words}
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <path className={classes.grid} d={`M${plot.left} ${y(tick)}H${plot.left + plot.width}`} />
            <text x={plot.left - 8} y={y(tick) + 4} textAnchor="end">
              {formatShare(tick, 0)}
            </text>
          </g>
        ))}
        <path
          className={classes.band}
          d={`M${band.map((point) => point.map((value) => value.toFixed(1)).join(' ')).join('L')}Z`}
        />
        <path
          className={classes.curve}
          d={`M${curve.map(({ labels, accuracy }) => `${x(labels).toFixed(1)} ${y(accuracy).toFixed(1)}`).join('L')}`}
        />
        {curve.map(({ labels, accuracy }) => (
          <circle key={labels} className={classes.point} cx={x(labels)} cy={y(accuracy)} r="3.5" />
        ))}
        <path
          className={classes.forecast}
          d={`M${x(last.labels)} ${y(last.accuracy)}L${x(next.labels)} ${y(next.accuracy)}`}
        />
        <path className={classes.whisker} d={`M${x(next.labels)} ${y(next.interval[0])}V${y(next.interval[1])}`} />
        <circle className={classes.next} cx={x(next.labels)} cy={y(next.accuracy)} r="4.5" />
        <text x={x(last.labels)} y={floor + 18} textAnchor="middle">
          {formatCount(last.labels)}
        </text>
        <text x={x(next.labels)} y={floor + 18} textAnchor="end">
          +{formatCount(nextLabels)}
        </text>
        <text x={plot.left} y={floor + 18}>
          0
        </text>
        <text x={plot.left + plot.width / 2} y={floor + 38} textAnchor="middle">
          labels
        </text>
      </svg>
      <figcaption>{words}.</figcaption>
    </figure>
  );
}
