/** @file What is shown, colored and chosen on the map; labels given here are seen at once. */
import { useMemo, useState } from 'react';
import type { Mark } from '../../../components/class-marks.ts';
import { type Coloring, colorPoints } from './kinds.ts';
import { pointStates } from './point-layer.ts';
import type { Points } from './points.ts';
import { findRegions } from './regions.ts';
import { relabel } from './relabel.ts';

export type MapState = ReturnType<typeof useMapState>;

const noLabels: ReadonlyMap<string, string | null> = new Map();
const none: ReadonlySet<number> = new Set();

export function useMapState(loaded: Points, markOf: (className: string) => Mark) {
  const [coloring, setColoring] = useState<Coloring>('class');
  /** Names of kinds that are not shown. */
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [chosen, setChosen] = useState<ReadonlySet<number>>(none);
  const [current, setCurrent] = useState<number>();
  const [labels, setLabels] = useState<ReadonlyMap<string, string | null>>(noLabels);
  /** Another map has other points. */
  const [last, setLast] = useState(loaded.sampleIds);
  if (last !== loaded.sampleIds) {
    setLast(loaded.sampleIds);
    setChosen(none);
    setCurrent(undefined);
  }

  const points = useMemo(() => relabel(loaded, labels), [loaded, labels]);
  const colored = useMemo(() => colorPoints(points, coloring, markOf), [points, coloring, markOf]);
  const regions = useMemo(() => findRegions(points), [points]);
  const states = useMemo(() => {
    const shown = colored.kinds.map(({ name }) => !hidden.has(name));
    const result = Uint8Array.from(colored.kindOf, (kind) => (shown[kind] ? pointStates.plain : pointStates.hidden));
    for (const n of chosen) if (result[n] !== pointStates.hidden) result[n] = pointStates.chosen;
    return result;
  }, [colored, hidden, chosen]);

  return {
    points,
    ...colored,
    regions,
    states,
    coloring,
    hidden,
    chosen,
    current,
    setCurrent,
    color: (next: Coloring) => {
      setColoring(next);
      setHidden(new Set());
    },
    toggleKind: (name: string) => setHidden(toggled(hidden, name)),
    choose: (some: readonly number[], isMore: boolean) => setChosen(new Set(isMore ? [...chosen, ...some] : some)),
    toggle: (point: number) => setChosen(toggled(chosen, point)),
    /** All of them, or none where all are chosen already. */
    toggleAll: (some: readonly number[]) => {
      const isAll = some.every((n) => chosen.has(n));
      const rest = new Set(chosen);
      for (const n of some) if (isAll) rest.delete(n);
      setChosen(isAll ? rest : new Set([...chosen, ...some]));
    },
    clear: () => setChosen(none),
    setLabels: (changes: ReadonlyMap<string, string | null>) => setLabels((before) => new Map([...before, ...changes])),
  };
}

function toggled<T>(set: ReadonlySet<T>, element: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(element)) next.add(element);
  return next;
}
