/** @file The control of the ingest benchmark: a process that makes ingest's outputs with sharp and nothing else, and keeps no promise about them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

sharp.cache(false);
sharp.concurrency(1);

/**
 * `outputs`: thumbnail, size and hash input from one decode, as raw pixels of the thumbnail encoded twice.
 * `thumbnail`: decode, resize, encode and nothing else, the least that any ingest does.
 */
const makers = {
  outputs: async (bytes) => {
    const picture = sharp(bytes, { failOn: 'error', autoOrient: true });
    const { width, height } = await picture.metadata();
    const { data, info } = await picture
      .resize(256, 256, { fit: 'inside', withoutEnlargement: true })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const raw = { raw: { width: info.width, height: info.height, channels: info.channels } };
    const [thumbnail, hashInput] = await Promise.all([
      sharp(data, raw).jpeg({ quality: 80 }).toBuffer(),
      sharp(data, raw).greyscale().resize(32, 32, { fit: 'fill' }).raw().toBuffer(),
    ]);
    return { thumbnail, hashInput, width, height };
  },
  thumbnail: async (bytes) => ({
    thumbnail: await sharp(bytes, { failOn: 'error', autoOrient: true })
      .resize(256, 256, { fit: 'inside', withoutEnlargement: true })
      .jpeg({ quality: 80 })
      .toBuffer(),
  }),
};

process.on('message', (request) => void serve(request));

async function serve({ paths, folder, inFlight, outputs }) {
  const make = makers[outputs];
  await mkdir(folder, { recursive: true });
  const before = process.cpuUsage();
  let next = 0;
  const work = async () => {
    while (next < paths.length) {
      const index = next++;
      const bytes = await readFile(paths[index]);
      const { thumbnail } = await make(bytes);
      await Promise.all([
        writeFile(join(folder, `${index}.source`), bytes),
        writeFile(join(folder, `${index}.jpg`), thumbnail),
      ]);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, work));
  const { user, system } = process.cpuUsage(before);
  process.send((user + system) / 1000);
}
process.send('ready');
