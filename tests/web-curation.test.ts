/** @file Curating on the page over the real server: tags, groups, classes, views, trash, a picture's page; each change undone. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { startServer, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

describe.skipIf(noBrowser !== '')(`curating on the page${noBrowser}`, () => {
  let browser: OpenBrowser;
  let server: Awaited<ReturnType<typeof startServer>>;
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  let page: Page;

  beforeAll(async () => {
    scratch = await temporaryFolder();
    const words = ['--workspace', join(scratch.path, 'shop')];
    const pictures = join(scratch.path, 'pictures');
    await writePictures(pictures, { count: 40, seed: 5, sizePx: 96, layout: 'folders', dirt: false });
    await tintypeJson(['init', join(scratch.path, 'shop')]);
    await tintypeJson(['ingest', pictures, ...words]);
    server = await startServer('serve', words);
    browser = await openBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  }, 120_000);
  beforeEach(async () => {
    page = await browser.newPage();
    await page.goto(`${server.address}/pictures?sort=path`);
    await page.getByText('40 pictures').waitFor();
    await page.getByRole('listbox').getByRole('option').first().waitFor();
  });

  const press = async (...keys: string[]): Promise<void> => {
    await page.getByRole('listbox', { name: 'Pictures' }).focus();
    for (const key of keys) await page.keyboard.press(key);
  };
  /** Types into what the key opened. */
  const pick = async (name: string, text: string): Promise<void> => {
    const field = page.getByRole('dialog').getByRole('combobox', { name });
    await field.fill(text);
    await field.press('Enter');
  };
  const total = (text: string) => page.getByText(text, { exact: true }).first().waitFor();

  test('a tag for everything that matches is given by keyboard, asked for, and undone', async () => {
    await press('Control+a', 't');
    await pick('Tag', 'winter');
    await page.getByText('40 pictures tagged winter').waitFor();

    await page.goto(`${server.address}/pictures?tag=winter`);
    await total('40 pictures match');
    await page.goBack();
    await page.getByRole('listbox').getByRole('option').first().waitFor();
    await press('ArrowRight', ' ', 't');
    await page.getByText('Take off', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Tag' }).press('Enter');
    await page.getByText('1 picture no longer tagged winter').waitFor();
    await page.keyboard.press('Control+z');
    await page.getByText('Undone: 1 picture no longer tagged winter').waitFor();

    await page.goto(`${server.address}/pictures?tag=winter`);
    expect(await isSeen(page.getByText('40 pictures match'))).toBe(true);
  });

  test('a class for several pictures is seen at once, kept in their history, and undone', async () => {
    await press(' ', 'ArrowRight', ' ', 'l');
    await pick('Class', 'odd ones');
    await page.getByText('2 pictures labeled odd ones').waitFor();
    expect(
      await page
        .getByRole('listbox', { name: 'Pictures' })
        .getByRole('option', { name: /^odd ones/ })
        .count(),
    ).toBe(2);

    await press('Home', 'Enter');
    const drawer = page.getByRole('dialog', { name: 'Picture' });
    await drawer.getByText('by hand').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Undo' }).first().click();
    await page.getByText('Undone: 2 pictures labeled odd ones').waitFor();

    const odd = page.getByRole('listbox', { name: 'Pictures' }).getByRole('option', { name: /^odd ones/ });
    await expect.poll(() => odd.count()).toBe(0);
  });

  test('a group is declared for a frame of pictures and can be asked for', async () => {
    await press(' ', 'ArrowRight', 'ArrowRight', 'Shift+ ', 'g');
    await pick('Group', 'burst 1');
    await page.getByText('3 pictures in the group burst 1').waitFor();

    await page.getByRole('button', { name: /^Filters/ }).click();
    await page.getByLabel('Group', { exact: true }).selectOption('burst 1 (3)');

    await total('3 pictures match');
    expect(new URL(page.url()).search).toBe('?group=burst+1&sort=path');
  });

  test('a view is saved, opened again, taken off the list and brought back', async () => {
    await page.getByLabel('Class', { exact: true }).selectOption('boxes (8)');
    await total('8 pictures match');
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByLabel('Name for this view').fill('boxes by path');
    await page.keyboard.press('Enter');
    const button = page.getByRole('search').getByRole('button', { name: 'boxes by path' });
    await button.waitFor();

    await page.goto(`${server.address}/pictures`);
    await page.getByRole('button', { name: 'Views' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'boxes by path', exact: true }).click();
    await total('8 pictures match');
    expect(new URL(page.url()).search).toBe('?class=boxes&sort=path');
    await button.click();
    await page.getByRole('button', { name: 'Remove the view boxes by path' }).click();
    await page.getByText('View “boxes by path” removed').waitFor();
    await page.getByRole('button', { name: 'Undo' }).first().click();

    await page.getByText('Undone: View “boxes by path” removed').waitFor();
    expect(await isSeen(button)).toBe(true);
  });

  test('the trash says what it is and gives everything back', async () => {
    await press(' ', 'ArrowRight', 'ArrowRight', 'Shift+ ', 'Delete');
    await total('37 pictures');

    await page.getByRole('button', { name: 'Trash 3' }).click();
    await page.getByText('no new snapshot').waitFor();
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByRole('toolbar').getByRole('button', { name: 'Restore' }).click();
    await page.getByText('The trash is empty').waitFor();
    await page.getByRole('button', { name: 'Back to the pictures' }).click();

    expect(await isSeen(page.getByText('40 pictures', { exact: true }))).toBe(true);
  });

  test("a picture's page tells where it came from, what looks alike, and leads back to its place", async () => {
    await press('ArrowRight', 'ArrowRight', 'Enter');
    await page.getByRole('dialog', { name: 'Picture' }).waitFor();
    await page.keyboard.press('o');
    await page.waitForURL(/\/pictures\/s_[0-9a-f]{20}\?sort=path$/);
    await page.getByRole('heading', { name: 'Label history' }).waitFor();
    await page.getByText('from the folder').waitFor();
    await page.getByText('It is in no snapshot').waitFor();
    await page
      .getByRole('link', { name: /^boxes/ })
      .first()
      .waitFor({ timeout: 60_000 });

    const before = page.url();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.url()).not.toBe(before);
    await page.keyboard.press('Escape');
    await page.waitForURL(/\/pictures\?sort=path$/);

    const active =
      "document.getElementById(document.querySelector('[role=listbox]')?.getAttribute('aria-activedescendant'))";
    await expect.poll(() => page.evaluate(`${active}?.getAttribute('aria-posinset')`)).toBe('4');
  }, 120_000);
});
