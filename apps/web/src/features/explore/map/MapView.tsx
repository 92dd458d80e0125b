/** @file The map of a dataset: pictures that look alike lie near each other; chosen by a line around them, by region or by key, then labeled or opened. */
import { ActionIcon, SegmentedControl, Skeleton, Tooltip } from '@mantine/core';
import type { ExploreView, MapMethod } from '@tintype/contracts/explore';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { formatCounted } from '../../../components/format.ts';
import { LassoIcon } from '../../../components/icons.tsx';
import { ProblemNotice } from '../../../components/ProblemNotice.tsx';
import { useClassMarks } from '../../../components/use-classes.ts';
import { Waiting } from '../../../components/Waiting.tsx';
import { picturePath } from '../links.ts';
import { useMap } from '../use-exploration.ts';
import { HoverCard } from './HoverCard.tsx';
import { type Coloring, colorings } from './kinds.ts';
import { Legend } from './Legend.tsx';
import { type Hover, MapCanvas } from './MapCanvas.tsx';
import classes from './MapView.module.css';
import { mapActions } from './map-actions.ts';
import { type Points, toPoints } from './points.ts';
import { SidePanel } from './SidePanel.tsx';
import { useMapState } from './use-map-state.ts';

const coloringWords: Record<Coloring, string> = { class: 'Class', split: 'Split', doubt: 'Error' };
const methodWords: Record<MapMethod, string> = { pca: 'PCA', umap: 'UMAP' };

export function MapView({ view }: { view: ExploreView }) {
  const [wanted, setWanted] = useState<MapMethod>('umap');
  const method = view.methods.includes(wanted) ? wanted : 'pca';
  const { data, error, refetch } = useMap(view, method);
  const points = useMemo(() => data && toPoints(data), [data]);
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (!points)
    return (
      <div className={classes.frame} aria-busy="true">
        <Waiting what="the map" className={classes.stage} />
        <Skeleton className={classes.side} />
      </div>
    );
  return <LoadedMap points={points} view={view} method={method} onMethod={setWanted} />;
}

interface LoadedMapProps {
  points: Points;
  view: ExploreView;
  method: MapMethod;
  onMethod: (method: MapMethod) => void;
}

function LoadedMap({ points: loaded, view, method, onMethod }: LoadedMapProps) {
  const mark = useClassMarks();
  const state = useMapState(loaded, mark);
  const [tool, setTool] = useState<'pan' | 'lasso'>('pan');
  const [hover, setHover] = useState<Hover>();
  const [, navigate] = useLocation();
  const { points, kinds, kindOf } = state;
  const open = (point: number): void => navigate(picturePath(points.sampleIds[point] as string));
  const label = `Map of ${formatCounted(points.count, 'picture')} by ${methodWords[method]}; ${formatCounted(state.chosen.size, 'point')} chosen`;
  return (
    <div className={classes.frame}>
      <div className={classes.stage}>
        <MapCanvas
          points={points}
          kindOf={kindOf}
          kinds={kinds}
          states={state.states}
          tool={tool}
          current={state.current}
          label={label}
          onCurrent={state.setCurrent}
          onChoose={state.choose}
          onToggle={state.toggle}
          onOpen={open}
          onClear={state.clear}
          onTool={() => setTool(tool === 'pan' ? 'lasso' : 'pan')}
          onHover={setHover}
        />
        <div className={classes.top}>
          <SegmentedControl
            size="xs"
            aria-label="Map by"
            value={method}
            onChange={(value) => onMethod(value as MapMethod)}
            data={(['umap', 'pca'] as const).map((value) => ({
              value,
              label: methodWords[value],
              disabled: !view.methods.includes(value),
            }))}
          />
          <SegmentedControl
            size="xs"
            aria-label="Color by"
            value={state.coloring}
            onChange={(value) => state.color(value as Coloring)}
            data={colorings.map((value) => ({ value, label: coloringWords[value] }))}
          />
          <Tooltip label={tool === 'pan' ? 'Draw around points (L, or Shift and drag)' : 'Move the map (L)'}>
            <ActionIcon
              className={classes.tool}
              variant={tool === 'lasso' ? 'filled' : 'default'}
              color={tool === 'lasso' ? 'iris' : 'gray'}
              aria-pressed={tool === 'lasso'}
              aria-label={mapActions.tool.label}
              onClick={() => setTool(tool === 'pan' ? 'lasso' : 'pan')}
            >
              <LassoIcon size={18} />
            </ActionIcon>
          </Tooltip>
        </div>
        <Legend kinds={kinds} hidden={state.hidden} onToggle={state.toggleKind} />
        {hover && <HoverCard hover={hover} points={points} />}
        <p id="map-help" className={classes.help}>
          Arrow keys walk from point to point, Space chooses, Enter opens. The regions beside the map hold the same
          pictures.
        </p>
      </div>
      <SidePanel state={state} dataset={view.dataset} />
    </div>
  );
}
