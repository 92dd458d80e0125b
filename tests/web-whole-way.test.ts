/** @file On the page, over the real server: real pictures from no label to a served classifier, by keyboard, with mistakes made and mended. */
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noBrowser, openBrowser } from './browser.ts';
import { repositoryFolder, startServer, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';
import { goWholeWay } from './whole-way.ts';

const realPictures = join(repositoryFolder, '../shared/data/scenes');
const isReal = existsSync(realPictures);

/** Pictures in folders that say what is on them: real ones, or drawn ones where those are not at hand. */
async function layOut(folder: string): Promise<void> {
  if (!isReal)
    return writePictures(folder, { count: 150, seed: 5, sizePx: 96, layout: 'folders', dirt: false }).then(
      () => undefined,
    );
  for (const className of ['forest', 'sea', 'street']) {
    await mkdir(join(folder, className), { recursive: true });
    for (const name of readdirSync(join(realPictures, className)).sort().slice(0, 50))
      await copyFile(join(realPictures, className, name), join(folder, className, name));
  }
}

test.skipIf(noBrowser !== '')(
  `${isReal ? 'real' : 'drawn'} pictures are labeled, trained on, mended, trained on again, promoted and asked${noBrowser}`,
  { timeout: 300_000 },
  async () => {
    await using scratch = await temporaryFolder();
    const pictures = join(scratch.path, 'pictures');
    const words = ['--workspace', join(scratch.path, 'heap')];
    await layOut(pictures);
    await tintypeJson(['init', join(scratch.path, 'heap')]);
    await tintypeJson(['ingest', pictures, '--dataset', 'heap', '--labels', 'none', ...words]);
    await using server = await startServer('start', words);
    await using browser = await openBrowser();
    const list = async () => {
      const response = await fetch(`${server.address}/api/samples?limit=1000`);
      return ((await response.json()) as { items: { id: string; path: string; className: string | null }[] }).items;
    };
    const truthOf = new Map((await list()).map(({ id, path }) => [id, path.split('/')[0] as string]));
    const [first] = readdirSync(pictures).sort() as [string];
    const [file] = readdirSync(join(pictures, first)).sort() as [string];

    const end = await goWholeWay({
      address: server.address,
      page: await browser.newPage(),
      truthOf,
      file: join(pictures, first, file),
    });

    const rows = await list();
    const labeled = rows.filter(({ className }) => className !== null);
    const wrong = labeled.filter(({ id, className }) => className !== truthOf.get(id));
    expect(end.slips).toHaveLength(2);
    expect(end.mended.length).toBeGreaterThan(0);
    expect(wrong.map(({ id }) => id)).toEqual(end.slips.filter((id) => !end.mended.includes(id)));
    expect(labeled.length).toBeGreaterThan(rows.length * 0.6);
    const models = await tintypeJson<{ items: { aliases?: unknown }[] }>(['models', 'list', ...words]);
    expect(JSON.stringify(models)).toContain('champion');
    expect([1, 2]).toContain(end.version);
  },
);
