/** @file Pictures of a phone, over the real command line, server and browser: taken in, shown in full, and answered. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { noBrowser, openBrowser } from './browser.ts';
import { repositoryFolder, startServer, temporaryFolder, tintype, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';
import { shownId } from './whole-way.ts';

const fixtures = join(repositoryFolder, 'packages/vision/src/fixtures');

test('HEIC is ingested, predicted by command and server, and shown for labeling', { timeout: 120_000 }, async () => {
  await using scratch = await temporaryFolder();
  const words = ['--workspace', join(scratch.path, 'heap')];
  const phone = join(scratch.path, 'phone');
  await mkdir(phone);
  for (const name of ['quarters', 'quarters-p3'])
    await copyFile(join(fixtures, `${name}.heic`), join(phone, `${name}.HEIC`));
  await writePictures(join(scratch.path, 'drawn'), { count: 60, seed: 3, sizePx: 64, layout: 'folders', dirt: false });
  await tintypeJson(['init', join(scratch.path, 'heap')]);
  await tintypeJson(['ingest', join(scratch.path, 'drawn'), '--dataset', 'drawn', ...words]);
  await tintypeJson(['train', '--dataset', 'drawn', '--promote', 'always', ...words]);

  const report = await tintypeJson(['ingest', phone, '--dataset', 'phone', '--labels', 'none', ...words]);
  const { stdout } = await tintype(['predict', join(phone, 'quarters.HEIC'), '--json', ...words]);

  expect(report).toMatchObject({ added: 2, rejected: 0 });
  await using server = await startServer('start', words);
  const body = await readFile(join(phone, 'quarters.HEIC'));
  const asked = await fetch(`${server.address}/predict`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'image/heic' },
  });
  const answer = (await asked.json()) as { prediction: string };
  expect(stdout).toContain(answer.prediction);

  const list = await fetch(`${server.address}/api/samples?dataset=phone`);
  const [{ id }] = ((await list.json()) as { items: [{ id: string }] }).items;
  const shown = await fetch(`${server.address}/api/samples/${id}/picture?for=screen`);
  expect(await sharp(await shown.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', width: 96, height: 64 });
  if (noBrowser !== '') return;
  await using browser = await openBrowser();
  const page = await browser.newPage();
  await page.goto(`${server.address}/label?dataset=phone`);
  await expect.poll(() => shownId(page), { timeout: 20_000 }).not.toBe('');
  const widthOf = () =>
    page.locator('[data-shown] img').evaluate((image: { naturalWidth: number }) => image.naturalWidth);
  await expect.poll(widthOf, { timeout: 20_000 }).toBe(96);
});
