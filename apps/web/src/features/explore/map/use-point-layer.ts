/** @file Keeps the drawn points in step with what is to be seen. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Camera, Frame } from './camera.ts';
import type { Kind } from './kinds.ts';
import { openPointLayer, type PointLayer } from './point-layer.ts';
import type { Points } from './points.ts';
import { thinOut } from './thinning.ts';

/** Without a move for so long the map is still, and all of it is drawn. */
const restMs = 150;
/** Two moves within so long are one movement, however slowly they are drawn. */
const movingMs = 600;

export interface SeenPoints {
  points: Points;
  kindOf: Uint8Array;
  kinds: readonly Kind[];
  states: Uint8Array;
  camera: Camera;
  frame: Frame;
}

/** `isMissing`: the browser cannot draw them. */
export function usePointLayer(
  canvas: RefObject<HTMLCanvasElement | null>,
  { points, kindOf, kinds, states, camera, frame }: SeenPoints,
): { isMissing: boolean } {
  const layer = useRef<PointLayer>(undefined);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    if (canvas.current) layer.current = openPointLayer(canvas.current);
    setMissing(!layer.current);
    return () => {
      layer.current?.dispose();
      layer.current = undefined;
    };
  }, [canvas]);
  useEffect(() => layer.current?.setPlaces(points.x, points.y), [points]);
  useEffect(() => layer.current?.setKinds(kindOf, kinds), [kindOf, kinds]);
  useEffect(() => layer.current?.setStates(states), [states]);
  const { widthPx, heightPx } = frame;
  const motion = useRef<Motion>({ camera, movedAt: 0, every: 1, isTimed: false });
  useEffect(() => {
    const element = canvas.current;
    if (!element) return undefined;
    const { devicePixelRatio: pixelRatio } = window;
    const line = readLineColor(element);
    const draw = (every: number): void => layer.current?.draw(camera, { widthPx, heightPx, pixelRatio, line, every });

    const moved = motion.current;
    const now = performance.now();
    const isOnTheMove = moved.camera !== camera && now - moved.movedAt < movingMs;
    if (moved.camera !== camera) moved.movedAt = now;
    moved.camera = camera;
    draw(isOnTheMove ? moved.every : 1);
    if (!isOnTheMove) return undefined;

    if (!moved.isTimed) {
      moved.isTimed = true;
      timeFrame((frameMs) => {
        moved.isTimed = false;
        moved.every = thinOut(moved.every, { frameMs, count: points.count });
      });
    }
    if (moved.every === 1) return undefined;
    const rest = setTimeout(() => draw(1), restMs);
    return () => clearTimeout(rest);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what the layer was given before is drawn, too.
  }, [canvas, camera, widthPx, heightPx, points, kindOf, kinds, states]);
  return { isMissing };
}

interface Motion {
  camera: Camera;
  /** As of `performance.now()`. */
  movedAt: number;
  /** Every how many points one is drawn while the map moves. */
  every: number;
  /** A frame is being timed. */
  isTimed: boolean;
}

/** From the frame in which something was drawn to the one after it, which a browser puts off until it was. */
function timeFrame(tell: (frameMs: number) => void): void {
  requestAnimationFrame((first) => requestAnimationFrame((second) => tell(second - first)));
}

/** The color of text where the canvas stands, 0 to 1 each; pages are light or dark. */
function readLineColor(element: HTMLElement): readonly [number, number, number] {
  const parts = /(\d+)\D+(\d+)\D+(\d+)/.exec(getComputedStyle(element).color);
  const [, red = '0', green = '0', blue = '0'] = parts ?? [];
  return [Number(red) / 255, Number(green) / 255, Number(blue) / 255];
}
