/** @file For tests: a real server over drawn pictures without labels, which can be killed and started again at the same address. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startTintype, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

interface PictureRow {
  id: string;
  className: string | null;
  path: string;
}

export interface LabelServer extends AsyncDisposable {
  address: string;
  /** Resolves when the pictures are prepared for labeling, which takes long on a busy machine. */
  whenReady: () => Promise<void>;
  /** All pictures; the folder of the path is what is on them. */
  list: () => Promise<PictureRow[]>;
  /** Labels given by hand, oldest first. */
  historyOf: (id: string) => Promise<(string | null)[]>;
  /** Labels pictures as another program would. */
  label: (labels: readonly (readonly [id: string, className: string | null])[]) => Promise<void>;
  kill: () => Promise<void>;
  startAgain: () => Promise<void>;
}

/** What a drawn picture shows. */
export const truthOf = ({ path }: Pick<PictureRow, 'path'>): string => path.split('/')[0] ?? '';

export async function aLabelServer({ count = 60, sizePx = 96 } = {}): Promise<LabelServer> {
  const scratch = await temporaryFolder();
  const pictures = join(scratch.path, 'pictures');
  const workspace = join(scratch.path, 'heap');
  const words = ['--workspace', workspace];
  await writePictures(pictures, { count, seed: 4, sizePx });
  await tintypeJson(['init', workspace]);
  await tintypeJson(['ingest', pictures, '--labels', 'none', ...words]);
  let child = startTintype(['serve', '--port', '0', '--json', ...words]);
  const server: LabelServer = {
    address: await addressOf(child),
    async whenReady() {
      while (!(await fetch(`${server.address}/api/label/next?count=1`)).ok) await sleep(500);
    },
    async list() {
      const { items } = await getJson<{ items: PictureRow[] }>(`${server.address}/api/samples?limit=1000`);
      return items;
    },
    async historyOf(id) {
      const { labels } = await getJson<{ labels: { className: string | null; source: string }[] }>(
        `${server.address}/api/samples/${id}`,
      );
      return labels.filter(({ source }) => source === 'human').map(({ className }) => className);
    },
    async label(labels) {
      const events = labels.map(([sampleId, className], n) => ({
        id: `given-${Date.now()}-${n}`,
        sampleId,
        className,
      }));
      const response = await fetch(`${server.address}/api/label/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
    async startAgain() {
      const { port } = new URL(server.address);
      child = startTintype(['serve', '--port', port, '--json', ...words]);
      await addressOf(child);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGTERM');
        await ended;
      }
      await scratch[Symbol.asyncDispose]();
    },
  };
  return server;
}

async function addressOf(child: ReturnType<typeof startTintype>): Promise<string> {
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const line = await Promise.race([
    once(child.stdout, 'data').then(([chunk]) => String(chunk)),
    once(child, 'exit').then(() => ''),
  ]);
  if (line === '') throw new Error(`the server ended: ${errors}`);
  return (JSON.parse(line) as { address: string }).address;
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as T;
}
