/** @file Trials as lines through their settings: an axis a parameter, the value on the right. Arrow keys go from trial to trial. */
import { useElementSize } from '@mantine/hooks';
import type { KeyboardEvent } from 'react';
import { formatShare } from '../../components/format.ts';
import classes from './StudyScreen.module.css';
import { type Axis, describeBranch, describeRest, type Line } from './study-words.ts';

export interface ParallelCoordinatesProps {
  axes: readonly Axis[];
  lines: readonly Line[];
  /** Number of the best trial. */
  best: number | null;
  hovered: number | null;
  onHover: (number: number | null) => void;
}

const [heightPx, topPx, bottomPx] = [320, 40, 20];
/** Room for the words of the first axis, and for the numbers of the last. */
const [leftPx, rightPx] = [140, 76];
/** Between two axes at least; where there is no room for that, it scrolls. */
const leastGapPx = 120;

export function ParallelCoordinates({ axes, lines, best, hovered, onHover }: ParallelCoordinatesProps) {
  const { ref, width } = useElementSize();
  const widthPx = Math.max(width, leftPx + rightPx + (axes.length - 1) * leastGapPx);
  const gap = axes.length > 1 ? (widthPx - leftPx - rightPx) / (axes.length - 1) : 0;
  const x = (n: number): number => leftPx + n * gap;
  const y = (place: number): number => heightPx - bottomPx - place * (heightPx - topPx - bottomPx);
  // The best is drawn last, over the others.
  const ordered = [...lines].sort((a, b) => a.value - b.value);
  const ranked = ordered.toReversed();
  const shown = lines.find(({ number }) => number === (hovered ?? best));

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === 'Escape') return onHover(null);
    if (step === undefined || ranked.length === 0) return;
    event.preventDefault();
    const at = ranked.findIndex(({ number }) => number === shown?.number);
    onHover(ranked[Math.max(0, Math.min(ranked.length - 1, at + step))]?.number ?? null);
  };
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- trials are walked through with the arrow keys. */}
      <div
        ref={ref}
        className={classes.scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what is walked through must be reached by keys.
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it groups no fields.
        role="group"
        aria-label="Trials as lines through their settings"
        onKeyDown={walk}
      >
        <svg
          className={classes.parallel}
          width={widthPx}
          height={heightPx}
          aria-hidden="true"
          onPointerLeave={() => onHover(null)}
        >
          {axes.map((axis, n) => (
            <line key={axis.name} className={classes.axis} x1={x(n)} x2={x(n)} y1={y(0)} y2={y(1)} />
          ))}
          {ordered.map((line, rank) => {
            const path = toPath(line.places, x, y);
            return (
              <g key={line.number} onPointerEnter={() => onHover(line.number)}>
                <path
                  className={classes.line}
                  d={path}
                  style={{ opacity: hovered === null ? 0.15 + 0.85 * ((rank + 1) / ordered.length) ** 2 : 0.25 }}
                  data-faint={line.status === 'pruned' || undefined}
                  data-best={line.number === best || undefined}
                />
                <path className={classes.hit} d={path} />
              </g>
            );
          })}
          {shown && (
            <path
              className={classes.line}
              d={toPath(shown.places, x, y)}
              data-hovered={hovered !== null || undefined}
              data-best
            />
          )}
          {axes.map((axis, n) => (
            <AxisMark key={axis.name} axis={axis} x={x(n)} y={y} isLast={n === axes.length - 1} />
          ))}
        </svg>
      </div>
      <p className={classes.said} aria-live="polite">
        {shown
          ? `Trial ${shown.number}${shown.number === best ? ', the best' : ''}: ${formatShare(shown.value)} with ${describeBranch(shown.settings)}, ${describeRest(shown.settings)}`
          : ''}
      </p>
    </>
  );
}

/** A line is broken where a setting was not there. */
function toPath(places: Line['places'], x: (n: number) => number, y: (place: number) => number): string {
  let isDown = false;
  return places
    .map((place, n) => {
      if (place === undefined) {
        isDown = false;
        return '';
      }
      const step = `${isDown ? 'L' : 'M'}${x(n).toFixed(1)} ${y(place).toFixed(1)}`;
      isDown = true;
      return step;
    })
    .join('');
}

interface AxisMarkProps {
  axis: Axis;
  x: number;
  y: (place: number) => number;
  isLast: boolean;
}

/** So many letters have room beside the next axis. */
const mostLetters = 20;
const short = (text: string): string => (text.length > mostLetters ? `${text.slice(0, mostLetters - 1)}…` : text);

function AxisMark({ axis, x, y, isLast }: AxisMarkProps) {
  return (
    <g>
      <text className={classes.axisLabel} x={x} y={18} textAnchor="middle">
        {short(axis.label)}
      </text>
      {axis.ticks.map(({ place, label }) => (
        <text
          key={label}
          className={classes.tick}
          x={x + (isLast ? 8 : -8)}
          y={y(place) + 4}
          textAnchor={isLast ? 'start' : 'end'}
        >
          {short(label)}
        </text>
      ))}
    </g>
  );
}
