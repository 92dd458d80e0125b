/** @file Explore over the real server, worker and pictures: from the first exploration to merged duplicates and a region of the map that is labeled. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { startServer, temporaryFolder, tintype, tintypeJson, tintypeProblem } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

const pictureCount = 90;

describe.skipIf(noBrowser !== '')(`Explore${noBrowser}`, () => {
  let scratch: AsyncDisposable & { path: string };
  let server: AsyncDisposable & { address: string };
  let browser: OpenBrowser;
  let words: string[];

  beforeAll(async () => {
    scratch = await temporaryFolder();
    const pictures = join(scratch.path, 'pictures');
    words = ['--workspace', join(scratch.path, 'shop')];
    await writePictures(pictures, { count: pictureCount, seed: 5, sizePx: 96, layout: 'folders', dirt: true });
    await tintypeJson(['init', join(scratch.path, 'shop')]);
    await tintypeJson(['ingest', pictures, ...words]);
    await tintypeJson(['snapshot', ...words]);
    server = await startServer('start', words);
    browser = await openBrowser();
  }, 90_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(server.address + path);
    return page;
  }

  test('a dataset is explored from the page, and what was found leads to its pictures', {
    timeout: 90_000,
  }, async () => {
    const page = await open('/explore');

    await page.getByRole('button', { name: 'Explore default' }).click();
    await page.getByText('What to look at').waitFor();
    const findings = await page.getByRole('region', { name: 'What to look at' }).innerText();
    await page.getByRole('link', { name: /could not be read/ }).click();

    expect(findings).toMatch(/files? could not be read/);
    expect(findings).toMatch(/hold.? the same pixels more than once|near-duplicates/);
    expect(await isSeen(page.getByRole('cell', { name: /\.(jpg|png)/ }).first())).toBe(true);
    expect(new URL(page.url()).pathname).toBe('/explore/check');
  });

  test('a bar of a measure is walked to by keys and opens its pictures', { timeout: 60_000 }, async () => {
    const page = await open('/explore');
    const bars = page.getByRole('slider', { name: /Brightness/ });

    await bars.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    const said = await bars.getAttribute('aria-valuetext');
    await page.keyboard.press('Enter');
    await page.getByRole('listbox').getByRole('option').first().waitFor();

    expect(said).toMatch(/\d+ pictures?$/);
    expect(page.url()).toMatch(/\/pictures\?.*measure=brightness/);
  });

  test('duplicates are merged, and come back by undo', { timeout: 60_000 }, async () => {
    const page = await open('/explore/duplicates');
    const groups = page.getByRole('button', { name: /^Keep one/ });
    await groups.first().waitFor();
    const before = await groups.count();
    const samples = async (): Promise<number> =>
      (await tintypeJson<{ datasets: { samples: number }[] }>(['catalog', ...words])).datasets[0]?.samples ?? 0;
    const all = await samples();

    await groups.first().click();
    await page.getByText(/duplicates? in the trash/).waitFor();
    await expect.poll(() => groups.count()).toBe(before - 1);
    const merged = await samples();
    await page.keyboard.press('Control+z');
    await page.getByText(/^Undone/).waitFor();
    await expect.poll(() => groups.count()).toBe(before);

    expect(merged).toBeLessThan(all);
    expect(await samples()).toBe(all);
  });

  test('a region of the map is chosen and labeled by keyboard alone, and given back', { timeout: 60_000 }, async () => {
    const page = await open('/explore/map');
    const region = page.getByRole('checkbox').first();
    await region.waitFor();
    const counted = (): Promise<string> => page.getByRole('list', { name: 'Kinds of points' }).innerText();
    const before = await counted();

    await region.focus();
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Label', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Class' }).fill('odd ones');
    await page.keyboard.press('Enter');
    await page.getByText('odd ones', { exact: true }).first().waitFor();
    const labeled = await counted();
    await page.locator('canvas').focus();
    await page.keyboard.press('Control+z');

    expect(labeled).toContain('odd ones');
    await expect.poll(counted).toBe(before);
  });

  test('the map is walked over, moved and zoomed, and a line chooses what is inside', { timeout: 60_000 }, async () => {
    const page = await open('/explore/map');
    const canvas = page.getByRole('application');
    await canvas.waitFor();
    const chosen = (): Promise<string> => page.getByRole('status').filter({ hasText: 'chosen' }).innerText();

    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    expect(await chosen()).toBe('1 picture chosen');
    await page.keyboard.press('Escape');
    expect(await chosen()).toBe('Nothing chosen');

    const box = await canvas.boundingBox();
    if (!box) throw new Error('The map is not seen.');
    const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.5, 0.5));
    await page.mouse.wheel(0, -300);
    await page.mouse.down();
    await page.mouse.move(...at(0.6, 0.6), { steps: 4 });
    await page.mouse.up();
    await canvas.focus();
    await page.keyboard.press('0');
    await page.keyboard.press('l');
    await page.mouse.move(...at(0.02, 0.1));
    await page.mouse.down();
    for (const [x, y] of [
      [0.98, 0.1],
      [0.98, 0.98],
      [0.02, 0.98],
    ] as const)
      await page.mouse.move(...at(x, y), { steps: 5 });
    await page.mouse.up();

    expect(await chosen()).toMatch(/^[5-9]\d pictures chosen|^\d{3} pictures chosen/);
  });

  test('the command explores too, and writes one file that a browser shows by itself', {
    timeout: 90_000,
  }, async () => {
    const file = join(scratch.path, 'report.html');

    const report = await tintypeJson<{ html: string; pictures: number }>(['explore', '--html', file, ...words]);
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`file://${file}`);

    expect(report).toMatchObject({ html: file });
    await expect.poll(() => page.getByRole('heading', { name: 'Duplicates' }).count()).toBe(1);
    expect(asked.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    expect((await stat(file)).size).toBeLessThan(5_000_000);
    expect(await readFile(file, 'utf8')).not.toContain('<script');
  });
});

test('explore says what it found as text, and refuses a dataset that is not there', { timeout: 60_000 }, async () => {
  await using scratch = await temporaryFolder();
  const words = ['--workspace', join(scratch.path, 'shop')];
  await writePictures(join(scratch.path, 'pictures'), { count: 20, seed: 3, sizePx: 64, layout: 'folders' });
  await tintypeJson(['init', join(scratch.path, 'shop')]);
  await tintypeJson(['ingest', join(scratch.path, 'pictures'), ...words]);

  const { stdout, exitCode } = await tintype(['explore', ...words]);
  const refused = await tintypeProblem(['explore', '--dataset', 'zebra', ...words]);
  const nowhere = await tintypeProblem([
    'explore',
    '--html',
    join(scratch.path, 'no', 'such', 'report.html'),
    ...words,
  ]);

  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/dataset "default": 20 pictures, explored in/);
  expect(refused).toMatchObject({ exitCode: 66, code: 'DATASET_NOT_FOUND' });
  expect(nowhere).toMatchObject({ exitCode: 74, code: 'STORAGE_FAILED' });
});
