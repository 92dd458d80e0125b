/** @file What lies on this machine alone: files that nobody finished, and checkpoints of trainings. */
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crashPoint } from '../ports/crash-point.ts';
import { isWholeCheckpoint } from '../train/network/checkpoints.ts';
import type { CheckContext, Found } from './check.types.ts';

/** A file that somebody writes changes more often than this. */
const idleMs = 600_000;

export async function* checkMachine(context: CheckContext): AsyncGenerator<Found> {
  const { catalog, store, runFolders, clock } = context;
  for await (const { name, modifiedAt, discard } of store.unfinished())
    yield unfinished(`tmp/${name}`, clock.now() - modifiedAt, discard);
  for (const { id } of await catalog.runs.list()) {
    const folder = runFolders.pathOf(id);
    for (const name of (await readdir(folder).catch((): string[] => [])).toSorted()) {
      const found = await checkRunFile(context, join(folder, name), `${id}/${name}`);
      if (found) yield found;
    }
  }
}

async function checkRunFile(
  { clock, isQuick }: CheckContext,
  path: string,
  subject: string,
): Promise<Found | undefined> {
  if (path.endsWith('.partial')) {
    const stats = await stat(path).catch(() => undefined);
    return stats && unfinished(subject, clock.now() - stats.mtimeMs, () => rm(path, { force: true }));
  }
  if (isQuick || !/(checkpoint|best)-\d+\.safetensors$/.test(path) || (await isWholeCheckpoint(path))) return undefined;
  return {
    kind: 'checkpoint-damaged',
    subject,
    detail: `${subject} is cut or changed.`,
    async mend() {
      await rename(path, `${path}.damaged`);
      crashPoint('verify.renamed');
      return `It is ${subject}.damaged now.`;
    },
  };
}

function unfinished(subject: string, idleForMs: number, discard: () => Promise<void>): Found {
  return {
    kind: 'unfinished',
    subject,
    detail: `${subject} was left unfinished.`,
    async mend() {
      if (idleForMs < idleMs) return undefined;
      await discard();
      return 'It is removed.';
    },
  };
}
