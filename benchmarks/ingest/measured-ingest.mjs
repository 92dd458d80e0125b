/** @file One ingest in a process of its own, watched for memory: node measured-ingest.mjs STATE SOURCE. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openPictureSource } from '@tintype/adapters/sources/open-picture-source';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { ingestPictures } from '@tintype/core/ingest/ingest-pictures';

const [, , state, source] = process.argv;
const peak = { parent: 0, together: 0 };

function readResidentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]) * 4096;
  } catch {
    return 0;
  }
}

function sample() {
  const parent = process.memoryUsage.rss();
  const pids = readFileSync(`/proc/self/task/${process.pid}/children`, 'latin1').trim().split(' ');
  peak.parent = Math.max(peak.parent, parent);
  peak.together = Math.max(
    peak.together,
    pids.reduce((sum, pid) => sum + readResidentBytes(pid), parent),
  );
}

const catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
const store = await openFileStore({ folder: join(state, 'objects') });
const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks' });
const timer = setInterval(sample, 50);
const report = await ingestPictures(
  { catalog, store, pool, openSource: openPictureSource, clock },
  { sources: [source], dataset: 'd', labels: 'folder', annotator: 'bench', move: false, limits },
);
clearInterval(timer);
await pool[Symbol.asyncDispose]();
await catalog[Symbol.asyncDispose]();
const toMiB = (bytes) => Math.round(bytes / 2 ** 20);
process.send({
  pictures: report.seen,
  added: report.added,
  peakParentMiB: toMiB(peak.parent),
  peakTogetherMiB: toMiB(peak.together),
  picturesPerSecond: Math.round((report.seen / report.durationMs) * 1000),
});
process.disconnect();
