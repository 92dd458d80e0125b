/** @file The pictures of the ingest benchmark: some of the shared ones, or rendered ones where those are not there. */
import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** A folder with `count` pictures of `from`, spread over its classes, in class folders. */
export async function linkPictures({ from, to, count }) {
  const all = existsSync(from) ? listPictures(from) : await renderPictures(to, count);
  const step = Math.max(1, all.length / count);
  const chosen = Array.from({ length: Math.min(count, all.length) }, (_, index) => all[Math.floor(index * step)]);
  if (!existsSync(from)) return { folder: to, paths: chosen, name: 'rendered' };
  const paths = chosen.map((path) => {
    const target = join(to, relative(from, path));
    mkdirSync(dirname(target), { recursive: true });
    copyFileSync(path, target);
    return target;
  });
  return { folder: to, paths, name: basename(from) };
}

function listPictures(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jpe?g|png)$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

async function renderPictures(folder, count) {
  const { writeDataset } = await import('@tintype/example-recyclables/write-dataset');
  await writeDataset(folder, { count });
  return listPictures(folder);
}
