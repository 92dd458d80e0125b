/** @file Drawn pictures for tests, each drawn once in a run: many tests look at the same few, and drawing takes longer than most of what is tested. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RenderRequest, renderRecyclable } from '@tintype/example-recyclables/render';
import { type DatasetOptions, type WrittenDataset, writeDataset } from '@tintype/example-recyclables/write-dataset';

/** Where the run keeps them (tests/drawings-folder.ts); undefined outside of one. */
const folder = process.env.TINTYPE_TEST_DRAWINGS;
const drawings = new Map<string, Promise<Uint8Array>>();

/** As `renderRecyclable`. */
export function drawPicture(request: RenderRequest): Promise<Uint8Array> {
  const name = `${request.className}-${request.seed}-${request.sizePx ?? 256}.jpg`;
  const drawing = drawings.get(name) ?? drawOnce(name, request);
  drawings.set(name, drawing);
  return drawing;
}

/** As `writeDataset`. */
export const writePictures = (dir: string, options: DatasetOptions): Promise<WrittenDataset> =>
  writeDataset(dir, { ...options, render: drawPicture });

async function drawOnce(name: string, request: RenderRequest): Promise<Uint8Array> {
  if (folder === undefined) return renderRecyclable(request);
  const path = join(folder, name);
  const known = await readFile(path).catch(() => undefined);
  if (known) return known;
  const drawn = await renderRecyclable(request);
  await mkdir(folder, { recursive: true });
  // Another process may draw it at the same time, and reads nothing half written.
  await writeFile(`${path}.${process.pid}`, drawn);
  await rename(`${path}.${process.pid}`, path);
  return drawn;
}
