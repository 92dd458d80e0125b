/** @file Issues of files: the same file found wrong again is the same issue, and one that is fine, or gone, has none. */
import { createHash } from 'node:crypto';
import type { DataIssue } from '@tintype/contracts/catalog';
import { inChunks, type Write } from './context.ts';

export interface FileOfDataset {
  dataset: string;
  location: string;
  path: string;
}

/** Of the file, not of its content. */
export function fileIssueId(kind: DataIssue['kind'], { dataset, location, path }: FileOfDataset): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([kind, dataset, location, path]))
    .digest('hex');
  return `issue_${digest.slice(0, 20)}`;
}

export async function removeFileIssues(trx: Write, files: readonly FileOfDataset[]): Promise<void> {
  const ids = files.flatMap((file) => [
    fileIssueId('rejected-file', file),
    fileIssueId('label-disagreement', file),
    fileIssueId('changed-object', file),
  ]);
  await inChunks(ids, 500, (chunk) => trx.deleteFrom('data_issues').where('id', 'in', chunk).execute());
}
