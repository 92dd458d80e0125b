/** @file Divides the pictures of a batch into shards, each a job of its own with a list beside the output, while others work on the first ones already. */
import { type BatchJob, type ListedPicture, shardJobSchema } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '../../ports/crash-point.ts';
import type { LeasedJob } from '../../ports/job-queue.ts';
import type { OutputFile } from '../../ports/output-place.ts';
import type { BatchNeeds } from './batch.types.ts';
import { batchKeys } from './batch-keys.ts';
import { openBatchSource } from './batch-sources.ts';
import { renderLines } from './json-lines.ts';

/** The first shards are small, so that a small batch is divided too. */
const shardSizes: readonly { from: number; pictures: number }[] = [
  { from: 24, pictures: 1000 },
  { from: 8, pictures: 250 },
  { from: 0, pictures: 64 },
];
const sizeOf = (number: number): number => shardSizes.find(({ from }) => number >= from)?.pictures ?? 1;

export interface ListRequest {
  job: LeasedJob;
  batch: BatchJob;
  output: OutputFile;
  limitBytes: number;
  signal: AbortSignal;
  /** Pictures that are in shards now. */
  onListed: (pictures: number) => void;
}

/** Goes on behind the last shard that there is. Throws CANCELLED where the job was lost, and what opening and listing a source throws. */
export async function listShards(needs: BatchNeeds, request: ListRequest): Promise<void> {
  const { job, batch, signal, limitBytes } = request;
  const [last] = await needs.queue.listParts(job.id, { limit: 1, newestFirst: true });
  const reached = last && shardJobSchema.parse(last.input);
  const counts = Object.values(await needs.queue.countParts(job.id));
  const shelf = new ShardShelf(needs, request, {
    shards: counts.reduce((sum, { jobs }) => sum + jobs, 0),
    pictures: counts.reduce((sum, { size }) => sum + size, 0),
  });
  const places = Math.max(1, batch.sources.length);
  for (let position = reached?.source ?? 0; position < places; position += 1) {
    const source = await openBatchSource(needs, batch, { position, limitBytes });
    const after = position === reached?.source ? reached.last : undefined;
    for await (const picture of source.list(after)) {
      if (signal.aborted) throw new TintypeError('CANCELLED', {});
      await shelf.add(picture, { source: position, last: source.nameOf(picture) });
    }
    await shelf.close();
  }
}

/** Fills one shard after the other. */
class ShardShelf {
  readonly #needs: BatchNeeds;
  readonly #request: ListRequest;
  #made: { shards: number; pictures: number };
  #pictures: ListedPicture[] = [];
  #end = { source: 0, last: '' };

  constructor(needs: BatchNeeds, request: ListRequest, made: { shards: number; pictures: number }) {
    this.#needs = needs;
    this.#request = request;
    this.#made = made;
  }

  async add(picture: ListedPicture, end: { source: number; last: string }): Promise<void> {
    this.#pictures.push(picture);
    this.#end = end;
    if (this.#pictures.length >= sizeOf(this.#made.shards)) await this.close();
  }

  /** The list is durable before its job is there. */
  async close(): Promise<void> {
    if (this.#pictures.length === 0) return;
    const { job, output, onListed } = this.#request;
    const list = batchKeys.list(output.name, { lease: job.lease, number: this.#made.shards + 1 });
    await output.place.put(list, renderLines(this.#pictures), { ifAbsent: false });
    crashPoint('batch.listing');
    const size = this.#pictures.length;
    const part = { kind: 'shard', input: { ...this.#end, list }, size } as const;
    if (!(await this.#needs.queue.addParts(job, [part]))) throw new TintypeError('CANCELLED', {});
    this.#made = { shards: this.#made.shards + 1, pictures: this.#made.pictures + size };
    this.#pictures = [];
    onListed(this.#made.pictures);
  }
}
