/** @file Fingers, mouse and wheel on the map: drag to pan, pinch or wheel to zoom, a line drawn around points to choose them. */
import { type Camera, type Frame, pan, toPlace, zoomAt } from './camera.ts';
import type { Place } from './points.ts';

export interface GestureTarget {
  camera: () => Camera;
  frame: () => Frame;
  /** `change` runs while the page is rendered: it must not ask this target anything. */
  moveCamera: (change: (camera: Camera) => Camera) => void;
  /** Whether a drag draws a line instead of panning; with Shift it always does. */
  isDrawing: () => boolean;
  /** The line as it is drawn, in pixels; empty when it ends. */
  onLine: (line: readonly Place[]) => void;
  /** Places of the map; `isMore`: beside what was chosen before. */
  onLasso: (line: readonly Place[], isMore: boolean) => void;
  /** Pointed at, in pixels; undefined when the pointer left. */
  onPoint: (pixel: Place | undefined) => void;
  /** Pressed and let go in one place. */
  onPress: (pixel: Place, isMore: boolean) => void;
}

/** Pixels that a press may move. */
const still = 4;
const wheelSpeed = 0.0015;
/** Lines of a wheel that counts lines, in pixels. */
const linePx = 16;

interface Drag {
  kind: 'pan' | 'line' | 'pinch';
  from: Place;
  last: Place;
  line: Place[];
  isMore: boolean;
  /** Between two fingers. */
  spread?: number;
}

/** Listens until the returned function is called. */
export function listenToGestures(element: HTMLElement, target: GestureTarget): () => void {
  const fingers = new Map<number, Place>();
  let drag: Drag | undefined;
  const place = (event: MouseEvent): Place => {
    const { left, top } = element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  const press = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, place(event));
    const from = place(event);
    const isMore = event.ctrlKey || event.metaKey;
    if (fingers.size === 2) {
      drag = { kind: 'pinch', from, last: middleOf(fingers), line: [], isMore, spread: spreadOf(fingers) };
      target.onLine([]);
    } else {
      const kind = event.shiftKey || target.isDrawing() ? 'line' : 'pan';
      drag = { kind, from, last: from, line: [from], isMore: isMore || event.shiftKey };
    }
    target.onPoint(undefined);
  };

  const move = (event: PointerEvent): void => {
    const pixel = place(event);
    if (!drag) {
      if (event.pointerType !== 'touch') target.onPoint(pixel);
      return;
    }
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, pixel);
    if (drag.kind === 'pinch') pinch(drag);
    else if (drag.kind === 'pan') {
      const by = { x: pixel.x - drag.last.x, y: pixel.y - drag.last.y };
      if (distance(drag.from, pixel) > still || drag.line.length === 0) {
        drag.line = [];
        const frame = target.frame();
        target.moveCamera((camera) => pan(camera, frame, by));
        drag.last = pixel;
      }
    } else {
      drag.line.push(pixel);
      target.onLine(drag.line);
    }
  };

  const pinch = (own: Drag): void => {
    const [middle, spread] = [middleOf(fingers), spreadOf(fingers)];
    const by = { x: middle.x - own.last.x, y: middle.y - own.last.y };
    const factor = own.spread && spread > 0 ? spread / own.spread : 1;
    const frame = target.frame();
    target.moveCamera((camera) => zoomAt(pan(camera, frame, by), frame, { factor, pixel: middle }));
    own.last = middle;
    own.spread = spread;
  };

  const release = (event: PointerEvent): void => {
    fingers.delete(event.pointerId);
    const ended = drag;
    if (!ended) return;
    drag = undefined;
    target.onLine([]);
    if (ended.kind === 'pinch' || event.type === 'pointercancel') return;
    const pixel = place(event);
    if (
      ended.kind === 'line' &&
      ended.line.length > 2 &&
      distance(ended.from, pixel) + length(ended.line) > 4 * still
    ) {
      const places = ended.line.map((one) => toPlace(target.camera(), target.frame(), one));
      target.onLasso(places, ended.isMore && (event.ctrlKey || event.metaKey || event.shiftKey));
    } else if (ended.line.length > 0) target.onPress(pixel, ended.isMore);
  };

  const leave = (): void => target.onPoint(undefined);

  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const turned = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * linePx : event.deltaY;
    const at = { factor: Math.exp(-turned * wheelSpeed), pixel: place(event) };
    const frame = target.frame();
    target.moveCamera((camera) => zoomAt(camera, frame, at));
  };

  element.addEventListener('pointerdown', press);
  element.addEventListener('pointermove', move);
  element.addEventListener('pointerup', release);
  element.addEventListener('pointercancel', release);
  element.addEventListener('pointerleave', leave);
  element.addEventListener('wheel', wheel, { passive: false });
  return () => {
    element.removeEventListener('pointerdown', press);
    element.removeEventListener('pointermove', move);
    element.removeEventListener('pointerup', release);
    element.removeEventListener('pointercancel', release);
    element.removeEventListener('pointerleave', leave);
    element.removeEventListener('wheel', wheel);
  };
}

const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);

const length = (line: readonly Place[]): number =>
  line.reduce((sum, place, n) => (n === 0 ? 0 : sum + distance(line[n - 1] as Place, place)), 0);

function middleOf(fingers: ReadonlyMap<number, Place>): Place {
  const all = [...fingers.values()];
  return {
    x: all.reduce((sum, { x }) => sum + x, 0) / all.length,
    y: all.reduce((sum, { y }) => sum + y, 0) / all.length,
  };
}

function spreadOf(fingers: ReadonlyMap<number, Place>): number {
  const [a, b] = [...fingers.values()];
  return a && b ? distance(a, b) : 0;
}
