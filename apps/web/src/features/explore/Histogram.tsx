/** @file Pictures by a measured number as bars; where bars lead to their pictures, one walks over them with arrow keys. */
import type { Histogram as Bins } from '@tintype/contracts/explore';
import { type KeyboardEvent, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { formatCount, formatCounted } from '../../components/format.ts';
import classes from './Histogram.module.css';

export interface Bin {
  from: number;
  to: number;
  isFirst: boolean;
  isLast: boolean;
}

export interface HistogramProps {
  title: string;
  unit: string;
  histogram: Bins;
  /** Right of the title while no bar is pointed at. */
  note?: string;
  /** Bars that stand for something unusual. */
  isHot?: (bin: Bin) => boolean;
  /** Where the pictures of a bar are; without it bars are only looked at. */
  pathOf?: (bin: Bin) => string;
}

const height = 72;
const barWidth = 10;

export function Histogram({ title, unit, histogram, note, isHot, pathOf }: HistogramProps) {
  const { edges, counts } = histogram;
  const [, navigate] = useLocation();
  const [pointed, setPointed] = useState<number>();
  const [cursor, setCursor] = useState(() => counts.indexOf(Math.max(...counts)));
  const [isFocused, setFocused] = useState(false);
  const id = useId();
  const most = Math.max(1, ...counts);
  const binAt = (n: number): Bin => ({
    from: edges[n] as number,
    to: edges[n + 1] as number,
    isFirst: n === 0,
    isLast: n === counts.length - 1,
  });
  const shown = pointed ?? (isFocused ? cursor : undefined);
  const open = (n: number): void => {
    if (pathOf && (counts[n] ?? 0) > 0) navigate(pathOf(binAt(n)));
  };
  const walk = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowLeft: cursor - 1,
      ArrowDown: cursor - 1,
      ArrowRight: cursor + 1,
      ArrowUp: cursor + 1,
      Home: 0,
      End: counts.length - 1,
    };
    const next = moves[event.key];
    if (event.key === 'Enter') open(cursor);
    else if (next !== undefined) setCursor(Math.min(counts.length - 1, Math.max(0, next)));
    else return;
    event.preventDefault();
  };

  return (
    <figure className={classes.figure}>
      <figcaption id={id} className={classes.head}>
        <span className={classes.title}>{title}</span>
        <span className={classes.note}>
          {shown === undefined ? note : describeBin(binAt(shown), counts[shown] ?? 0, unit)}
        </span>
      </figcaption>
      <svg
        className={classes.bars}
        viewBox={`0 0 ${counts.length * barWidth} ${height}`}
        preserveAspectRatio="none"
        onMouseLeave={() => setPointed(undefined)}
        {...(pathOf
          ? {
              role: 'slider',
              tabIndex: 0,
              'aria-labelledby': id,
              'aria-valuemin': 1,
              'aria-valuemax': counts.length,
              'aria-valuenow': cursor + 1,
              'aria-valuetext': describeBin(binAt(cursor), counts[cursor] ?? 0, unit),
              onKeyDown: walk,
              onFocus: () => setFocused(true),
              onBlur: () => setFocused(false),
            }
          : { role: 'img', 'aria-label': `${title}: ${note ?? ''}` })}
      >
        {counts.map((count, n) => {
          const tall = count === 0 ? 0 : Math.max(2, (count / most) * height);
          return (
            <g
              key={edges[n]}
              data-hot={isHot?.(binAt(n)) || undefined}
              data-shown={n === shown || undefined}
              data-open={(pathOf && count > 0) || undefined}
              onMouseEnter={() => setPointed(n)}
              onClick={() => open(n)}
            >
              <rect className={classes.reach} x={n * barWidth} y={0} width={barWidth} height={height} />
              <rect x={n * barWidth + 0.6} y={height - tall} width={barWidth - 1.2} height={tall} />
            </g>
          );
        })}
      </svg>
      <div className={classes.axis} aria-hidden="true">
        <span>{formatEdge(edges[0] ?? 0)}</span>
        <span>{formatEdge(edges[Math.floor(counts.length / 2)] ?? 0)}</span>
        <span>
          {formatEdge(edges.at(-1) ?? 0)} {unit}
        </span>
      </div>
    </figure>
  );
}

const describeBin = ({ from, to, isFirst, isLast }: Bin, count: number, unit: string): string => {
  const range = isFirst
    ? `below ${formatEdge(to)}`
    : isLast
      ? `from ${formatEdge(from)}`
      : `${formatEdge(from)}–${formatEdge(to)}`;
  return `${range}${unit && ` ${unit}`}: ${formatCounted(count, 'picture')}`;
};

/** As many digits as tell two edges apart. */
const formatEdge = (value: number): string =>
  value >= 10 || Number.isInteger(value) ? formatCount(Math.round(value)) : value.toFixed(2);
