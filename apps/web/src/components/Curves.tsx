/** @file Lines over epochs or trials, drawn by uPlot: a legend with the values under the pointer, arrow keys to walk along. */
import { useComputedColorScheme } from '@mantine/core';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import type uPlot from 'uplot';
import classes from './Curves.module.css';
import { type AlignedPoints, alignPoints, type Point, valueAt } from './curves-data.ts';
import { type LineMark, lineMarkAt } from './line-marks.ts';
import { openPlot, type Plot } from './open-plot.ts';

export interface Series {
  label: string;
  points: readonly Point[];
  /** Position among the marks of lines. */
  mark: number;
  /** Points alone, without a line between them. */
  isDots?: boolean;
}

export interface CurvesProps {
  /** What is measured: `Loss`. */
  title: string;
  series: readonly Series[];
  /** What the places are: `Epoch`. */
  xLabel: string;
  formatY: (value: number) => string;
  /** Ends of the scale, by the lowest and the highest value; default just around them. */
  range?: (low: number, high: number) => [number, number];
  /** A place that is marked, such as the best epoch. */
  marked?: { x: number; label: string } | undefined;
  /** Where the places end, where more is to come; default the last there is. */
  xEnd?: number | undefined;
  /** Said while there is nothing to draw. */
  empty: string;
  /** Default 220. */
  heightPx?: number;
  /** Charts of one key show the same place. */
  syncKey?: string;
}

export function Curves({
  title,
  series,
  xLabel,
  formatY,
  range,
  marked,
  xEnd,
  empty,
  heightPx = 220,
  syncKey,
}: CurvesProps) {
  const scheme = useComputedColorScheme('light');
  const [index, setIndex] = useState<number | null>(null);
  const aligned = useMemo(() => alignPoints(series.map(({ points }) => points)), [series]);
  const marks = series.map(({ mark }) => lineMarkAt(mark, scheme));
  const { holder, plot } = usePlot(aligned, {
    series: series.map(({ label, isDots }, n) => ({ label, isDots: isDots ?? false, ...(marks[n] as LineMark) })),
    scheme,
    heightPx,
    formatY,
    range,
    marked,
    xEnd,
    syncKey,
    onIndex: setIndex,
  });
  const shown = index ?? aligned.xs.length - 1;
  const place = aligned.xs[shown];
  const isEmpty = aligned.xs.length === 0;

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    if (step === undefined || isEmpty) return;
    event.preventDefault();
    plot.current?.point(Math.max(0, Math.min(aligned.xs.length - 1, shown + step)));
  };
  const sentence = isEmpty
    ? empty
    : `${xLabel} ${place}: ${series.map(({ label }, n) => `${label} ${describe(aligned.ys[n], shown, formatY)}`).join(', ')}`;
  return (
    <figure className={classes.figure}>
      <figcaption className={classes.caption}>
        <span className={classes.title}>{title}</span>
        <span className={classes.place}>{isEmpty ? '' : `${xLabel} ${place}`}</span>
      </figcaption>
      <ul className={classes.legend}>
        {series.map(({ label, isDots }, n) => (
          <li key={label}>
            <Swatch mark={marks[n] as LineMark} isDots={isDots ?? false} />
            <span className={classes.label}>{label}</span>
            <span className={classes.value}>{describe(aligned.ys[n], shown, formatY)}</span>
          </li>
        ))}
      </ul>
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-interactions -- drawn on a canvas, walked along with the arrow keys. */}
      <div
        className={classes.plot}
        style={{ height: heightPx }}
        ref={holder}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what is walked along must be reached by keys.
        tabIndex={0}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- uPlot draws on a canvas of its own.
        role="img"
        aria-label={`${title}. ${sentence}`}
        onKeyDown={walk}
      >
        {isEmpty && <p className={classes.empty}>{empty}</p>}
      </div>
    </figure>
  );
}

function describe(
  ys: readonly (number | null)[] | undefined,
  index: number,
  format: (value: number) => string,
): string {
  const value = valueAt(ys ?? [], index);
  return value === null ? '–' : format(value);
}

export function Swatch({ mark, isDots = false }: { mark: LineMark; isDots?: boolean }) {
  return (
    <svg className={classes.swatch} viewBox="0 0 24 8" width="24" height="8" aria-hidden="true">
      {isDots ? (
        <circle cx="12" cy="4" r="3" fill={mark.color} />
      ) : (
        <path d="M0 4H24" stroke={mark.color} strokeWidth="2.5" strokeDasharray={mark.dash.join(' ')} fill="none" />
      )}
    </svg>
  );
}

interface PlotSettings {
  series: readonly (LineMark & { label: string; isDots: boolean })[];
  scheme: string;
  heightPx: number;
  formatY: (value: number) => string;
  range: CurvesProps['range'];
  marked: CurvesProps['marked'];
  xEnd: number | undefined;
  syncKey: string | undefined;
  onIndex: (index: number | null) => void;
}

/** The drawing follows its data; only other lines or another scheme make it anew. */
function usePlot(aligned: AlignedPoints, settings: PlotSettings) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const latest = useRef({ settings, aligned });
  useEffect(() => {
    latest.current = { settings, aligned };
  });
  const look = JSON.stringify([settings.series, settings.scheme, settings.heightPx, settings.syncKey]);
  const isEmpty = aligned.xs.length === 0;
  useEffect(() => {
    const element = holder.current;
    if (!element || isEmpty || look === '') return undefined;
    const opened = openPlot(element, toData(latest.current.aligned), () => latest.current.settings);
    plot.current = opened;
    return () => {
      plot.current = null;
      opened.close();
    };
  }, [look, isEmpty]);

  const { xEnd, marked } = settings;
  const end = `${xEnd} ${marked?.x}`;
  useEffect(() => {
    if (end !== '') plot.current?.update(toData(aligned));
  }, [aligned, end]);
  return { holder, plot };
}

const toData = ({ xs, ys }: AlignedPoints): uPlot.AlignedData => [xs, ...ys];
