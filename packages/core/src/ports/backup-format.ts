/** @file The form of a backup: its name, its parts, and a manifest with its own hash, so that no byte of it can change unnoticed. */
import { createHash } from 'node:crypto';
import { type BackupManifest, type BackupPart, backupIdSchema, backupManifestSchema } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import type { CatalogView } from './catalog-archive.ts';
import type { Clock } from './clock.ts';
import { crashPoint } from './crash-point.ts';
import { type ObjectStore, objectKeys } from './object-store.ts';

export const backupManifestName = 'manifest.json';

const frame = /^\{"sha256":"(?<sha256>[0-9a-f]{64})","manifest":(?<body>\{.*\})\}\n$/su;

/** A new name, of this second. */
export function newBackupId(clock: Clock): string {
  const time = new Date(clock.now()).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${clock.newId('backup').slice(-6)}`;
}

export const isBackupId = (text: string): boolean => backupIdSchema.safeParse(text).success;

/** When a backup of this name was begun. */
export function timeOfBackup(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z.*$/u, '$1-$2-$3T$4:$5:$6Z'));
}

export function renderManifest(manifest: BackupManifest): Uint8Array {
  const body = JSON.stringify(manifest);
  return new TextEncoder().encode(`{"sha256":"${sha256(body)}","manifest":${body}}\n`);
}

/** Throws BACKUP_DAMAGED for anything but what `renderManifest` has made of a manifest of this id. */
export function parseManifest(bytes: Uint8Array, id: string): BackupManifest {
  const text = Buffer.from(bytes).toString('latin1');
  const { sha256: expected, body } = frame.exec(text)?.groups ?? {};
  const raw = body === undefined ? undefined : Buffer.from(body, 'latin1');
  if (!raw || sha256(raw) !== expected) throw damaged(id, 'its manifest does not have its hash');
  const parsed = backupManifestSchema.safeParse(JSON.parse(raw.toString('utf8')));
  if (!parsed.success || parsed.data.id !== id) throw damaged(id, 'its manifest is not one that this version can read');
  return parsed.data;
}

/** Throws BACKUP_DAMAGED, and OBJECT_NOT_FOUND where there is no whole backup of this id. */
export async function readManifest(place: Pick<ObjectStore, 'get'>, id: string): Promise<BackupManifest> {
  return parseManifest(await place.get(objectKeys.backupPart(id, backupManifestName)), id);
}

export interface NewPart {
  id: string;
  name: string;
  bytes: Uint8Array;
  /** Rows or objects. */
  entries: number;
}

export async function putPart(
  place: Pick<ObjectStore, 'put'>,
  { id, name, bytes, entries }: NewPart,
): Promise<BackupPart> {
  await place.put(objectKeys.backupPart(id, name), bytes);
  return { name, sha256: sha256(bytes), sizeBytes: bytes.length, entries };
}

/** `rows/samples-00003.jsonl.gz` */
export const partName = (folder: 'rows' | 'objects', number: number, table = ''): string =>
  `${folder}/${table === '' ? '' : `${table}-`}${String(number).padStart(5, '0')}.jsonl.gz`;

/** All rows of a view, a part after the other. */
export async function putRows(
  place: Pick<ObjectStore, 'put'>,
  { migrations, tables, parts }: CatalogView,
  { id, onPart }: { id: string; onPart?: (rowsSoFar: number) => void },
): Promise<Pick<BackupManifest, 'migrations' | 'rows' | 'rowCounts'>> {
  const rows: BackupPart[] = [];
  const rowCounts: Record<string, number> = Object.fromEntries(tables.map((table) => [table, 0]));
  const numbers = new Map<string, number>();
  let done = 0;
  for await (const { table, rows: entries, bytes } of parts()) {
    const number = numbers.get(table) ?? 0;
    numbers.set(table, number + 1);
    rows.push(await putPart(place, { id, name: partName('rows', number, table), bytes, entries }));
    crashPoint('backup.part');
    rowCounts[table] = (rowCounts[table] ?? 0) + entries;
    done += entries;
    onPart?.(done);
  }
  return { migrations: [...migrations], rows, rowCounts };
}

/** Last of all: with it the backup is there. */
export async function putManifest(place: Pick<ObjectStore, 'put'>, manifest: BackupManifest): Promise<void> {
  await place.put(objectKeys.backupPart(manifest.id, backupManifestName), renderManifest(manifest));
}

export const damaged = (backup: string, what: string, cause?: unknown): TintypeError<'BACKUP_DAMAGED'> =>
  new TintypeError('BACKUP_DAMAGED', { backup, what }, { cause });

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex');
