/** @file The parts of a backup beside its manifest: written under their hash, read only as they were written. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type BackupManifest, type BackupObject, type BackupPart, backupObjectSchema } from '@tintype/contracts/backup';
import { damaged, partName, putPart, sha256 } from '../ports/backup-format.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** So many objects a part: about a megabyte. */
const objectsPerPart = 10_000;
const largestListBytes = 256 * 2 ** 20;

/** Throws BACKUP_DAMAGED for bytes that are not those that were written, OBJECT_NOT_FOUND where there are none. */
export async function readPart(place: Pick<ObjectStore, 'get'>, id: string, part: BackupPart): Promise<Uint8Array> {
  const bytes = await place.get(objectKeys.backupPart(id, part.name));
  if (sha256(bytes) !== part.sha256) throw damaged(id, `${part.name} does not have its hash`);
  return bytes;
}

/** Writes lists of objects; the counts are of them all. */
export async function putObjectLists(
  place: ObjectStore,
  id: string,
  objects: AsyncIterable<BackupObject>,
): Promise<Pick<BackupManifest, 'objects' | 'objectBytes' | 'missingObjects'>> {
  const parts: BackupPart[] = [];
  let [objectBytes, missingObjects] = [0, 0];
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    const bytes = await compress(lines.join(''));
    const name = partName('objects', parts.length);
    parts.push(await putPart(place, { id, name, bytes, entries: lines.length }));
    lines = [];
  };
  for await (const object of objects) {
    objectBytes += object.sizeBytes;
    if (object.sha256 === null) missingObjects += 1;
    lines.push(`${JSON.stringify(object)}\n`);
    if (lines.length >= objectsPerPart) await flush();
  }
  if (lines.length > 0) await flush();
  return { objects: parts, objectBytes, missingObjects };
}

/** Throws BACKUP_DAMAGED, OBJECT_NOT_FOUND. */
export async function readObjectList(
  place: Pick<ObjectStore, 'get'>,
  id: string,
  part: BackupPart,
): Promise<BackupObject[]> {
  const bytes = await readPart(place, id, part);
  const text = (await decompress(bytes, { maxOutputLength: largestListBytes })).toString('utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => backupObjectSchema.parse(JSON.parse(line)));
}
