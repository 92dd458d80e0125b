/** @file The page over the real server, the real model and the real command line: from an empty workspace to a promoted version. */
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noBrowser, openBrowser } from './browser.ts';
import { startServer, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

test.skipIf(noBrowser !== '')(
  `one page, left open, sees an empty workspace become a served classifier${noBrowser}`,
  { timeout: 120_000 },
  async () => {
    await using scratch = await temporaryFolder();
    const pictures = join(scratch.path, 'pictures');
    const words = ['--workspace', join(scratch.path, 'shop')];
    await writePictures(pictures, { count: 60, seed: 8, sizePx: 96, layout: 'folders', dirt: false });
    await tintypeJson(['init', join(scratch.path, 'shop')]);
    await using server = await startServer('serve', words);
    await using browser = await openBrowser();
    const page = await browser.newPage();
    page.setDefaultTimeout(40_000);
    const health = (label: string) => page.getByRole('button', { name: `Health: ${label}` }).waitFor();
    const screen = (label: string) => page.getByRole('link', { name: label, exact: true }).click();

    await page.goto(server.address);
    await health('No model');
    await page.getByText('npx tintype train').waitFor();
    await screen('Pictures');
    await page.getByText('No pictures yet').waitFor();

    await tintypeJson(['ingest', pictures, ...words]);
    const first = await tintypeJson<{ model: string; accuracy: number }>(['train', ...words]);
    await health(`${first.model}@1`);

    await screen('Try');
    const boxes = join(pictures, 'boxes');
    await writeFile(join(boxes, 'notes.jpg'), 'not a picture');
    await page.setInputFiles(
      'input[type=file]',
      readdirSync(boxes)
        .sort()
        .slice(-3)
        .map((file) => join(boxes, file)),
    );
    await page.getByText('3 pictures · 2 answered · 1 failed').waitFor();
    await expect
      .poll(() => page.getByRole('list', { name: 'Answers' }).innerText())
      .toMatch(new RegExp(`\\d\u00a0%[^]*${first.model}@1 · [^]*This is not a picture`));

    await screen('Pictures');
    await page.getByText('60 pictures').waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Delete');
    await page.getByText('59 pictures').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('60 pictures').waitFor();
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Picture' }).getByText('from the folder').waitFor();
    await page.keyboard.press('Escape');

    await tintypeJson(['train', '--seed', '2', '--promote', 'never', ...words]);
    await screen('Models');
    await page.getByRole('link', { name: `${first.model}@2` }).click();
    await page.getByRole('button', { name: 'Promote to champion' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true }).click();
    await health(`${first.model}@2`);

    const history = await tintypeJson<{ items: { version: number; previous: number | null }[] }>([
      'models',
      'history',
      first.model,
      ...words,
    ]);
    expect(history.items.map(({ version }) => version).sort((a, b) => a - b)).toEqual([1, 2]);
  },
);
