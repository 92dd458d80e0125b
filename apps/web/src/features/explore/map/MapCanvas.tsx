/** @file The map itself: points drawn by the graphics card, pointed at, walked over with arrow keys, chosen by a line around them. */
import { useElementSize } from '@mantine/hooks';
import { type KeyboardEvent, useEffect, useEffectEvent, useRef, useState } from 'react';
import { findAction } from '../../../components/actions.ts';
import { type Camera, type Frame, pixelsPerUnit, reveal, toPixel, toPlace, wholeMap, zoomAt } from './camera.ts';
import { listenToGestures } from './gestures.ts';
import type { Kind } from './kinds.ts';
import classes from './MapCanvas.module.css';
import { bindMapActions } from './map-actions.ts';
import { pointStates } from './point-layer.ts';
import { type Direction, findNearest, findNext, type Place, type Points, selectInside } from './points.ts';
import { usePointLayer } from './use-point-layer.ts';

export interface MapCanvasProps {
  points: Points;
  kindOf: Uint8Array;
  kinds: readonly Kind[];
  /** [count] of `pointStates`. */
  states: Uint8Array;
  /** What a drag does. */
  tool: 'pan' | 'lasso';
  /** The one under the cursor of the keyboard. */
  current: number | undefined;
  label: string;
  onCurrent: (point: number | undefined) => void;
  onChoose: (chosen: readonly number[], isMore: boolean) => void;
  onToggle: (point: number) => void;
  onOpen: (point: number) => void;
  onClear: () => void;
  onTool: () => void;
  /** Where the pointed-at or current point lies, in pixels. */
  onHover: (hover: Hover | undefined) => void;
}

export interface Hover extends Place {
  point: number;
}

/** Pixels around the pointer within which a point is meant. */
const reachPx = 14;
const zoomStep = 1.5;

export function MapCanvas(props: MapCanvasProps) {
  const { points, kindOf, kinds, states, tool, current, label } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [camera, setCamera] = useState<Camera>(wholeMap);
  const [line, setLine] = useState<readonly Place[]>([]);
  const { ref: place, width, height } = useElementSize();
  const frame: Frame = { widthPx: Math.max(1, width), heightPx: Math.max(1, height) };
  const { isMissing } = usePointLayer(canvas, { points, kindOf, kinds, states, camera, frame });

  const isShown = (n: number): boolean => states[n] !== pointStates.hidden;
  const placeOf = (n: number): Place => ({ x: points.x[n] as number, y: points.y[n] as number });
  const pixelOf = (n: number): Place => toPixel(camera, frame, placeOf(n));
  const findAt = (pixel: Place): number | undefined => {
    const reach = reachPx / pixelsPerUnit(camera, frame);
    return findNearest(points, toPlace(camera, frame, pixel), { reach, isShown });
  };

  const point = useEffectEvent((pixel: Place | undefined) => {
    const found = pixel && findAt(pixel);
    props.onHover(found === undefined ? undefined : { point: found, ...pixelOf(found) });
  });
  const lasso = useEffectEvent((around: readonly Place[], isMore: boolean) => {
    props.onChoose(selectInside(points, around, isShown), isMore);
  });
  const press = useEffectEvent((pixel: Place, isMore: boolean) => {
    const found = findAt(pixel);
    if (found === undefined) {
      if (!isMore) props.onClear();
      return;
    }
    props.onCurrent(found);
    if (isMore) props.onToggle(found);
    else props.onChoose([found], false);
  });
  const readCamera = useEffectEvent(() => camera);
  const readFrame = useEffectEvent(() => frame);
  const readTool = useEffectEvent(() => tool === 'lasso');
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    return listenToGestures(element, {
      camera: () => readCamera(),
      frame: () => readFrame(),
      moveCamera: setCamera,
      isDrawing: () => readTool(),
      onLine: setLine,
      onLasso: (around, isMore) => lasso(around, isMore),
      onPoint: (pixel) => point(pixel),
      onPress: (pixel, isMore) => press(pixel, isMore),
    });
  }, []);

  const step = (direction: Direction): void => {
    const from = current ?? findNearest(points, camera, { reach: 10, isShown });
    if (from === undefined) return;
    const next = current === undefined ? from : findNext(points, from, { direction, isShown });
    const moved = reveal(camera, frame, placeOf(next));
    setCamera(moved);
    props.onCurrent(next);
    props.onHover({ point: next, ...toPixel(moved, frame, placeOf(next)) });
  };
  const zoom = (factor: number): void => {
    const pixel = current === undefined ? { x: frame.widthPx / 2, y: frame.heightPx / 2 } : pixelOf(current);
    setCamera(zoomAt(camera, frame, { factor, pixel }));
  };
  const actions = bindMapActions({
    step,
    toggle: () => current !== undefined && props.onToggle(current),
    open: () => current !== undefined && props.onOpen(current),
    all: () => props.onChoose(Array.from(states.keys()).filter(isShown), false),
    clear: props.onClear,
    zoomIn: () => zoom(zoomStep),
    zoomOut: () => zoom(1 / zoomStep),
    whole: () => setCamera(wholeMap),
    tool: props.onTool,
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = findAction(actions, event);
    if (!action) return;
    event.preventDefault();
    action.perform();
  };

  const ratio = window.devicePixelRatio;
  const cursor = current === undefined ? undefined : pixelOf(current);
  return (
    <div ref={place} className={classes.place}>
      <canvas
        ref={canvas}
        className={classes.canvas}
        data-tool={tool}
        width={Math.round(frame.widthPx * ratio)}
        height={Math.round(frame.heightPx * ratio)}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-interactive-element-to-noninteractive-role -- no element holds a map that keys walk over.
        role="application"
        aria-label={label}
        aria-describedby="map-help"
        tabIndex={0}
        onKeyDown={onKeyDown}
      />
      {cursor && <span className={classes.cursor} style={{ left: cursor.x, top: cursor.y }} aria-hidden="true" />}
      {line.length > 1 && (
        <svg className={classes.line} aria-hidden="true">
          <polygon points={line.map(({ x, y }) => `${x},${y}`).join(' ')} />
        </svg>
      )}
      {isMissing && (
        <p className={classes.missing}>
          This browser cannot draw the map (no WebGL 2). The regions beside it hold the same pictures.
        </p>
      )}
    </div>
  );
}
