/** @file Which part of the map is seen: a middle and a zoom; between pixels of the picture and places of the map. Pure. */
import type { Place } from './points.ts';

export interface Camera {
  /** Place of the map in the middle of the picture. */
  x: number;
  y: number;
  /** 1 shows the whole. */
  zoom: number;
}

export interface Frame {
  widthPx: number;
  heightPx: number;
}

export const wholeMap: Camera = { x: 0, y: 0, zoom: 1 };
const most = 400;
const least = 0.5;
/** Of the shorter side, so that no point is cut in half. */
const filled = 0.94;

/** Pixels from the middle of the map to its border. */
export const pixelsPerUnit = ({ zoom }: Camera, { widthPx, heightPx }: Frame): number =>
  (Math.min(widthPx, heightPx) / 2) * filled * zoom;

export function toPlace(camera: Camera, frame: Frame, pixel: Place): Place {
  const scale = pixelsPerUnit(camera, frame);
  return {
    x: camera.x + (pixel.x - frame.widthPx / 2) / scale,
    y: camera.y - (pixel.y - frame.heightPx / 2) / scale,
  };
}

export function toPixel(camera: Camera, frame: Frame, place: Place): Place {
  const scale = pixelsPerUnit(camera, frame);
  return {
    x: frame.widthPx / 2 + (place.x - camera.x) * scale,
    y: frame.heightPx / 2 - (place.y - camera.y) * scale,
  };
}

/** By pixels of the picture. */
export function pan(camera: Camera, frame: Frame, by: Place): Camera {
  const scale = pixelsPerUnit(camera, frame);
  return hold({ ...camera, x: camera.x - by.x / scale, y: camera.y + by.y / scale });
}

/** What is under `pixel` stays there. */
export function zoomAt(camera: Camera, frame: Frame, { factor, pixel }: { factor: number; pixel: Place }): Camera {
  const zoom = Math.min(most, Math.max(least, camera.zoom * factor));
  const before = toPlace(camera, frame, pixel);
  const after = toPlace({ ...camera, zoom }, frame, pixel);
  return hold({ x: camera.x + before.x - after.x, y: camera.y + before.y - after.y, zoom });
}

/** So far that a place is seen with some room around it. */
export function reveal(camera: Camera, frame: Frame, place: Place): Camera {
  const pixel = toPixel(camera, frame, place);
  const room = 24;
  const beyond = (at: number, size: number): number =>
    at < room ? at - room : at > size - room ? at - size + room : 0;
  return pan(camera, frame, { x: -beyond(pixel.x, frame.widthPx), y: -beyond(pixel.y, frame.heightPx) });
}

/** The map never leaves the picture altogether. */
const hold = (camera: Camera): Camera => ({
  ...camera,
  x: Math.min(1.2, Math.max(-1.2, camera.x)),
  y: Math.min(1.2, Math.max(-1.2, camera.y)),
});
