/** @file Selecting with the mouse by drawing a frame: from anywhere, over as many rows as one scrolls to. */
import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Point } from './grid.ts';

/** A press that moves less is a click. */
const slackPx = 6;
/** Near the edges the grid scrolls by itself. */
const edgePx = 40;
const stepPx = 16;

export interface FrameOptions {
  scroller: RefObject<HTMLElement | null>;
  /** Shows the frame; it is moved without asking React. */
  frame: RefObject<HTMLElement | null>;
  /** The press became a drag. `isAdding`: Shift or Control is held. */
  onStart: (isAdding: boolean) => void;
  /** Two corners, from the top of the first row. */
  onFrame: (from: Point, to: Point) => void;
}

interface Drag {
  pointer: number;
  from: Point;
  isAdding: boolean;
  isFraming: boolean;
  /** Where the pointer is in the window. */
  at: Point;
  timer?: ReturnType<typeof setInterval>;
}

/** Handlers for the scroller. `wasFraming` tells a click that it was the end of a drag. */
export function useFrame({ scroller, frame, onStart, onFrame }: FrameOptions) {
  const drag = useRef<Drag | null>(null);
  const wasFraming = useRef(false);
  useEffect(() => () => clearInterval(drag.current?.timer), []);

  const contentPoint = ({ x, y }: Point, element: HTMLElement): Point => {
    const box = element.getBoundingClientRect();
    const paddingPx = Number.parseFloat(getComputedStyle(element).paddingLeft);
    return { x: x - box.left - paddingPx, y: y - box.top + element.scrollTop };
  };
  const draw = (): void => {
    const [current, element, shown] = [drag.current, scroller.current, frame.current];
    if (!current || !element || !shown) return;
    const to = contentPoint(current.at, element);
    const box = element.getBoundingClientRect();
    const paddingPx = Number.parseFloat(getComputedStyle(element).paddingLeft);
    const [left, right] = [Math.min(current.from.x, to.x) + paddingPx, Math.max(current.from.x, to.x) + paddingPx];
    const top = Math.max(0, Math.min(current.from.y, to.y) - element.scrollTop);
    const bottom = Math.min(box.height, Math.max(current.from.y, to.y) - element.scrollTop);
    Object.assign(shown.style, {
      display: 'block',
      left: `${left}px`,
      top: `${top}px`,
      width: `${right - left}px`,
      height: `${Math.max(0, bottom - top)}px`,
    });
    onFrame(current.from, to);
  };
  const scrollAtEdges = (): void => {
    const [current, element] = [drag.current, scroller.current];
    if (!current || !element) return;
    const box = element.getBoundingClientRect();
    const step = current.at.y < box.top + edgePx ? -stepPx : current.at.y > box.bottom - edgePx ? stepPx : 0;
    if (step === 0) return;
    element.scrollBy({ top: step });
    draw();
  };
  const end = (): void => {
    clearInterval(drag.current?.timer);
    wasFraming.current = drag.current?.isFraming ?? false;
    drag.current = null;
    Object.assign(frame.current?.style ?? {}, { display: 'none' });
  };

  return {
    wasFraming: () => {
      const was = wasFraming.current;
      wasFraming.current = false;
      return was;
    },
    onPointerDown: (event: ReactPointerEvent<HTMLElement>) => {
      const element = event.currentTarget;
      wasFraming.current = false;
      const isOnBar = event.clientX - element.getBoundingClientRect().left > element.clientWidth;
      // A finger scrolls.
      if (event.pointerType !== 'mouse' || event.button !== 0 || isOnBar) return;
      const at = { x: event.clientX, y: event.clientY };
      const isAdding = event.shiftKey || event.ctrlKey || event.metaKey;
      drag.current = { pointer: event.pointerId, from: contentPoint(at, element), isAdding, isFraming: false, at };
    },
    onPointerMove: (event: ReactPointerEvent<HTMLElement>) => {
      const current = drag.current;
      if (!current || event.pointerId !== current.pointer) return;
      const start = current.at;
      current.at = { x: event.clientX, y: event.clientY };
      if (!current.isFraming) {
        const from = contentPoint(current.at, event.currentTarget);
        if (Math.hypot(from.x - current.from.x, from.y - current.from.y) < slackPx) {
          current.at = start;
          return;
        }
        current.isFraming = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        current.timer = setInterval(scrollAtEdges, 16);
        onStart(current.isAdding);
      }
      draw();
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}
