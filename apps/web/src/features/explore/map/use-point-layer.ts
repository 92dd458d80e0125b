/** @file Keeps the drawn points in step with what is to be seen. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Camera, Frame } from './camera.ts';
import type { Kind } from './kinds.ts';
import { openPointLayer, type PointLayer } from './point-layer.ts';
import type { Points } from './points.ts';

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
  useEffect(() => {
    if (!canvas.current) return;
    const { devicePixelRatio: pixelRatio } = window;
    const line = readLineColor(canvas.current);
    layer.current?.draw(camera, { widthPx, heightPx, pixelRatio, line });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what the layer was given before is drawn, too.
  }, [canvas, camera, widthPx, heightPx, points, kindOf, kinds, states]);
  return { isMissing };
}

/** The color of text where the canvas stands, 0 to 1 each; pages are light or dark. */
function readLineColor(element: HTMLElement): readonly [number, number, number] {
  const parts = /(\d+)\D+(\d+)\D+(\d+)/.exec(getComputedStyle(element).color);
  const [, red = '0', green = '0', blue = '0'] = parts ?? [];
  return [Number(red) / 255, Number(green) / 255, Number(blue) / 255];
}
