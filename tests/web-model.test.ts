/** @file The Model screens and the model in the browser, over a real server with drawn pictures. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { startTintype, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

const classFolders = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);

describe.skipIf(noBrowser !== '')(`a model looked at${noBrowser}`, { timeout: 120_000 }, () => {
  const opened: AsyncDisposable[] = [];
  let browser: OpenBrowser;
  let address: string;
  let model: string;
  let files: string[];

  beforeAll(async () => {
    const scratch = await temporaryFolder();
    opened.unshift(scratch);
    const pictures = join(scratch.path, 'pictures');
    const workspace = join(scratch.path, 'shop');
    const words = ['--workspace', workspace];
    await writePictures(pictures, { count: 90, seed: 8, sizePx: 160, layout: 'folders', dirt: false });
    files = classFolders(pictures).flatMap((name) =>
      readdirSync(join(pictures, name))
        .slice(0, 2)
        .map((file) => join(pictures, name, file)),
    );
    await tintypeJson(['init', workspace]);
    await tintypeJson(['ingest', pictures, ...words]);
    ({ model } = await tintypeJson<{ model: string }>(['train', ...words]));
    await tintypeJson(['train', '--backbone', 'pixels:16', '--promote', 'never', ...words]);
    const server = await start(words);
    opened.unshift(server);
    ({ address } = server);
    browser = await openBrowser();
    opened.unshift(browser);
  }, 240_000);
  afterAll(async () => {
    for (const one of opened) await one[Symbol.asyncDispose]();
  });

  async function openVersion(path: string): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${address}/models/${model}/${path}`);
    return page;
  }

  test('a cell of the confusion matrix opens its pictures', async () => {
    const page = await openVersion('1');
    const cell = page.locator('button[data-opens]').first();
    const count = await cell.innerText();

    await cell.click();

    await page.waitForURL(/\/pictures\?view=view_/);
    expect(await isSeen(page.getByText(new RegExp(`^${count} pictures?`)).first())).toBe(true);
  });

  test('confidence is shown as it was and is, and a threshold says what it refuses', async () => {
    const page = await openVersion('1/confidence');
    await page.getByRole('img', { name: /Share of right answers by confidence/ }).waitFor();
    const panel = page.getByRole('region', { name: 'Threshold' });
    await expect.poll(() => panel.innerText()).toMatch(/Refused\n+0\.0\u00a0%/);

    await page.getByRole('slider', { name: 'Least confidence' }).focus();
    for (let n = 0; n < 30; n += 1) await page.keyboard.press('ArrowRight');

    await expect.poll(() => panel.innerText()).toContain('gates: [confidence=0.');
  });

  test('two versions are compared, and the pictures that decide are shown', async () => {
    const page = await openVersion('2/compare');

    await page.getByText('McNemar’s exact test').waitFor();

    await expect
      .poll(() => page.getByRole('region', { name: 'The answer' }).innerText())
      .toMatch(/version 2|Version 2|No difference/);
  });

  test('the lineage leads to the people, by keys alone', async () => {
    const page = await openVersion('1');
    await page.getByRole('link', { name: 'Lineage' }).focus();
    await page.keyboard.press('Enter');

    const people = page.getByRole('region', { name: 'Labeled by people' });
    await expect.poll(() => people.getByRole('table').innerText()).toContain('from the folder');
    expect(await isSeen(page.getByRole('region', { name: 'It answered' }).getByText('became champion'))).toBe(true);
  });

  test('scoring the dataset is asked for and followed on the screen', async () => {
    const page = await openVersion('2/slices');
    await page.getByText('All it never saw').click();

    await page.getByRole('button', { name: /^Score/ }).click();

    expect(await isSeen(page.getByText(/pictures? in the test split, or added since and scored/))).toBe(true);
  });

  test('an answer has the training pictures that are most alike, and a map of what it depends on', async () => {
    const page = await browser.newPage();
    await page.goto(address);
    await page.setInputFiles('input[type=file]', files.slice(0, 1));
    const card = page.getByRole('list', { name: 'Answers' }).locator('> li').first();

    await card.getByRole('region', { name: 'Because of these pictures' }).waitFor();
    await card.getByRole('button', { name: 'What it looks at' }).click();

    expect(await isSeen(card.getByRole('img', { name: /^(Covering|No single part)/ }))).toBe(true);
    await expect
      .poll(() => card.getByRole('region', { name: 'Because of these pictures' }).getByRole('link').count())
      .toBe(5);
  });

  test('the model answers in the browser as on the server, and then alone', async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(40_000);
    await page.goto(address);
    await page.setInputFiles('input[type=file]', files);
    await page.getByText(`${files.length} answered`).waitFor();

    await page.getByRole('button', { name: `Load ${model}@1 here` }).click();
    const panel = page.getByRole('region', { name: 'In this browser' });
    await panel.getByText(new RegExp(`^\\d+ of ${files.length}$`)).waitFor();
    const difference = Number((/probability\n+(?:< )?([\d.]+)/.exec(await panel.innerText()) ?? [])[1]);
    await panel.getByRole('switch', { name: /Pictures stay here/ }).click();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.setInputFiles('input[type=file]', files.slice(0, 2));
    await page.getByText('2 pictures · 2 answered').waitFor();

    // Texture histograms compare neighboring pixels, so that one step of 255 counts.
    expect(difference).toBeLessThan(0.15);
    expect(asked.filter((path) => path.startsWith('/predict'))).toEqual([]);
    expect(await isSeen(page.getByText('in this browser').first())).toBe(true);
  });

  test('the table of answers is downloaded as a file that runs nothing', async () => {
    const page = await browser.newPage();
    await page.goto(address);
    await page.setInputFiles('input[type=file]', [
      { name: '=1+1.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') },
    ]);
    await page.getByText('1 picture · 1 failed').waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    await page.getByRole('table', { name: 'Answers' }).waitFor();

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).click(),
    ]);

    const parts: Buffer[] = [];
    for await (const part of await download.createReadStream()) parts.push(part as Buffer);
    expect(Buffer.concat(parts).toString()).toMatch(/^\ufeffpicture,.*\r\n'=1\+1\.jpg,,,IMAGE_/);
  });
});

/** A server with a worker, as `tintype start` runs them. */
async function start(words: readonly string[]): Promise<AsyncDisposable & { address: string }> {
  const child = startTintype(['start', '--port', '0', '--json', ...words]);
  const ended = new Promise<number | null>((resolve) => {
    child.on('exit', resolve);
  });
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve((JSON.parse(text) as { address: string }).address);
    });
    void ended.then((code) => reject(new Error(`the server ended with ${code}`)));
  });
  return {
    address,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
