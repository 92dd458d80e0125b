/** @file The reliability diagram: what the model said against how often it was right, before and after calibration. */
import type { EvaluationReport, ReliabilityBin } from '@tintype/contracts/evaluation-report';
import { formatCount, formatInterval, formatShare } from '../../components/format.ts';
import classes from './ReliabilityDiagram.module.css';

/** In the units of the drawing. */
const size = { left: 44, top: 10, side: 300, counts: 46, gap: 8, bottom: 40 };
const width = size.left + size.side + 24;
const height = size.top + size.side + size.gap + size.counts + size.bottom;
const x = (share: number): number => size.left + share * size.side;
const y = (share: number): number => size.top + (1 - share) * size.side;
const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];

export function ReliabilityDiagram({ reliability }: Pick<EvaluationReport, 'reliability'>) {
  const { before, after } = reliability;
  const most = Math.max(1, ...after.map(({ pictures }) => pictures));
  const floor = size.top + size.side + size.gap + size.counts;
  return (
    <figure className={classes.figure}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        className={classes.plot}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, and has no file.
        role="img"
        aria-label="Share of right answers by confidence; the table below has the numbers"
      >
        {ticks.map((tick) => (
          <g key={tick}>
            <path className={classes.grid} d={`M${x(0)} ${y(tick)}H${x(1)}M${x(tick)} ${y(0)}V${y(1)}`} />
            <text x={size.left - 8} y={y(tick) + 4} textAnchor="end">
              {formatShare(tick, 0)}
            </text>
            <text x={x(tick)} y={floor + 16} textAnchor="middle">
              {formatShare(tick, 0)}
            </text>
          </g>
        ))}
        <path className={classes.ideal} d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
        {after.map(({ from, to, pictures }) => (
          <rect
            key={from}
            className={classes.count}
            x={x(from) + 1}
            width={size.side * (to - from) - 2}
            y={floor - (pictures / most) * size.counts}
            height={(pictures / most) * size.counts}
          />
        ))}
        <Curve bins={before} name="before" />
        <Curve bins={after} name="after" />
        <text x={x(0.5)} y={height - 4} textAnchor="middle">
          What it said (bars: pictures)
        </text>
      </svg>
      <figcaption className={classes.legend}>
        <span data-name="before">before calibration</span>
        <span data-name="after">after, with 95 % interval</span>
        <span data-name="ideal">as said, so it is</span>
      </figcaption>
      <details className={classes.numbers}>
        <summary>The numbers</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Said</th>
              <th scope="col">Pictures</th>
              <th scope="col">Right</th>
              <th scope="col">95 % interval</th>
            </tr>
          </thead>
          <tbody>
            {after.map((bin) => (
              <tr key={bin.from}>
                <td>{formatShare(bin.confidence)}</td>
                <td>{formatCount(bin.pictures)}</td>
                <td>{formatShare(bin.accuracy)}</td>
                <td>{formatInterval(bin.interval)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** Squares before and dots after: told apart without their colors. */
function Curve({ bins, name }: { bins: readonly ReliabilityBin[]; name: 'before' | 'after' }) {
  const points = bins.map(({ confidence, accuracy }) => [x(confidence), y(accuracy)] as const);
  return (
    <g className={classes.curve} data-name={name}>
      <path d={points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('')} />
      {bins.map((bin, at) => {
        const [px, py] = points[at] as readonly [number, number];
        return (
          <g key={bin.from}>
            {name === 'after' && <path d={`M${px} ${y(bin.interval[0])}V${y(bin.interval[1])}`} data-interval />}
            {name === 'after' ? (
              <circle cx={px} cy={py} r="4.5" />
            ) : (
              <rect x={px - 3.5} y={py - 3.5} width="7" height="7" />
            )}
          </g>
        );
      })}
    </g>
  );
}
