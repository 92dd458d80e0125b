/** @file The Train screens in a real browser: over made-up runs for states that take long to reach, and over a real server that trains. */
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { startServer, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';
import { openWebFixture, type WebFixture } from './web-fixture.ts';
import { cancelledRun, doneRun, liveRun } from './web-fixture-train.ts';

const plain = (text: string): string => text.replace(/\s+/g, ' ');

describe.skipIf(noBrowser !== '')(`the Train screens${noBrowser}`, () => {
  let browser: OpenBrowser;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
  });

  async function open(fixture: WebFixture, path = ''): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(`${fixture.url}/train${path}`);
    return page;
  }

  test('runs stand with how they went, and what was only tried is folded away', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture);
    const table = page.getByRole('region', { name: 'Runs', exact: true });
    await table.getByText('cnn-small from nothing').first().waitFor();
    await table.getByText('Show 3 runs that tuning or comparing only tried').waitFor();

    expect(plain(await table.getByRole('row', { name: /mobilenetv2.onnx, fine-tuned run_0c7d/ }).innerText())).toMatch(
      /Cancelled –/,
    );
    expect(plain(await table.getByRole('row', { name: /knn on/ }).innerText())).toMatch(
      /Done \d\d\.\d % \(\d\d\.\d–\d\d\.\d\) recyclables@2/,
    );
    await table.getByRole('button', { name: /^Show 3 runs/ }).click();
    await expect.poll(() => table.getByRole('row').count()).toBe(10);
  });

  test('a training is started by keyboard alone, with what is usual', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture);
    await page.getByRole('link', { name: /^Start a training/ }).waitFor();

    await page.keyboard.press('n');
    await page.getByRole('radio', { name: /cnn-small/ }).focus();
    await page.keyboard.press('Space');
    await page
      .getByRole('region', { name: 'Before it begins' })
      .getByText(/about 3\s/)
      .waitFor();
    const asked = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/api/jobs'));
    await page.keyboard.press('Enter');

    expect((await asked).postDataJSON()).toEqual({
      kind: 'train',
      input: { architecture: 'cnn-small', dataset: 'recyclables' },
    });
    await page.getByText('Waiting for its turn').waitFor();
  });

  test('a setting that the contract refuses is said at its field, and nothing is asked for', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture, '/new');
    await page.getByRole('radio', { name: /cnn-small/ }).check();
    await page.getByText('All settings').click();
    const jobs: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url().endsWith('/api/jobs')) jobs.push(request.url());
    });

    await page.getByLabel('Epochs').fill('0');
    await page.getByRole('button', { name: 'Start the training' }).click();

    await page.getByText('Must be at least 1.').waitFor();
    expect(await page.getByLabel('Epochs').getAttribute('aria-invalid')).toBe('true');
    expect(await page.getByLabel('Learning rate', { exact: true }).getAttribute('placeholder')).toBe('0.002');
    expect(jobs).toEqual([]);
  });

  test('runs are set side by side by a key, with the settings that differ', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture);
    await page.getByRole('checkbox', { name: new RegExp(liveRun) }).check();
    await page.getByRole('checkbox', { name: new RegExp(doneRun) }).check();
    await page.getByRole('heading', { name: 'Train' }).click();

    await page.keyboard.press('c');

    const differing = page.getByRole('region', { name: 'Settings that differ' });
    await differing.waitFor();
    const rows = (await differing.getByRole('row').allInnerTexts()).map(plain);
    expect(rows).toEqual(expect.arrayContaining(['Epochs 30 10', 'Augmentation standard light']));
    expect(rows.some((row) => row.startsWith('Seed'))).toBe(false);
  });

  test('curves are walked with the arrow keys, and say what stands there', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture, `/runs/${doneRun}`);
    const chart = page.getByRole('img', { name: /^Accuracy\. Epoch 10: validation \d\d\.\d/ });
    await chart.focus();

    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');

    await isSeen(page.getByRole('img', { name: /^Accuracy\. Epoch 2: validation/ }));
    expect(await isSeen(page.getByRole('img', { name: /^Loss\. Epoch 2: validation/ }))).toBe(true);
  });

  test('a run that was cancelled goes on from the page', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture, `/runs/${cancelledRun}`);

    const asked = page.waitForRequest((request) => request.url().endsWith(`/api/runs/${cancelledRun}/resume`));
    await page.getByRole('button', { name: 'Go on from its checkpoint' }).click();

    expect((await asked).method()).toBe('POST');
  });

  test('trials are walked through by key, the best first, and the table follows', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await open(fixture, '/studies/recyclables-1');
    const lines = page.getByRole('group', { name: 'Trials as lines through their settings' });
    await lines.focus();
    const said = () =>
      page
        .getByText(/^Trial \d+.*: \d\d\.\d/)
        .last()
        .innerText();
    const best = await said();

    await page.keyboard.press('ArrowDown');

    expect(best).toMatch(/, the best: /);
    expect(await said()).not.toBe(best);
    await page.getByLabel('Kind of model').selectOption({ index: 1 });
    await page
      .getByText(/on mobilenetv2.onnx/)
      .first()
      .waitFor();
  });
});

test.skipIf(noBrowser !== '')(
  `a network is trained, watched, cancelled, gone on with and compared from the page${noBrowser}`,
  { timeout: 300_000 },
  async () => {
    await using scratch = await temporaryFolder();
    const pictures = join(scratch.path, 'pictures');
    const words = ['--workspace', join(scratch.path, 'shop')];
    await writePictures(pictures, { count: 60, seed: 8, sizePx: 64, layout: 'folders', dirt: false });
    await tintypeJson(['init', join(scratch.path, 'shop')]);
    await tintypeJson(['ingest', pictures, ...words]);
    await using server = await startServer('start', words);
    await using browser = await openBrowser();
    const page = await browser.newPage();
    page.setDefaultTimeout(60_000);

    await page.goto(`${server.address}/train`);
    await page.getByText('Nothing trained yet').waitFor();
    await page.getByRole('link', { name: 'Start a training' }).last().click();
    await page.getByRole('button', { name: 'Start the training' }).click();
    await page.getByText(/of its test split, 95 % interval/).waitFor();

    await page.getByRole('link', { name: 'Runs' }).click();
    await page.getByText('1 run', { exact: true }).waitFor();
    await page.keyboard.press('n');
    await page.getByRole('radio', { name: /cnn-small/ }).check();
    await page.getByText('All settings').click();
    await page.getByLabel('Picture size').fill('32');
    await page.getByLabel('Epochs', { exact: true }).fill('80');
    await page.getByLabel('Pictures a step').fill('8');
    await page.getByLabel('Threads').fill('1');
    await page.getByRole('button', { name: 'Start the training' }).click();

    await page.getByRole('img', { name: /^Accuracy\. Epoch ([3-9]|\d\d+):/ }).waitFor();
    // At once: on a fast machine the training ends by itself in a few seconds.
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('It was cancelled, and nothing of it was registered.').waitFor();
    await expect
      .poll(() => page.evaluate("document.querySelector('img[src$=contact-sheet]')?.naturalWidth ?? 0"), {
        timeout: 60_000,
      })
      .toBeGreaterThan(100);

    await page.getByRole('button', { name: 'Go on from its checkpoint' }).click();
    await page.getByText(/of its test split, 95 % interval/).waitFor({ timeout: 200_000 });
    await expect.poll(() => page.getByRole('img', { name: /^Accuracy\. Epoch 80:/ }).count()).toBe(1);

    await page.getByRole('link', { name: 'Runs' }).click();
    for (const box of await page.getByRole('checkbox').all()) await box.check();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('heading', { name: '2 runs side by side' }).waitFor();
    const results = plain(await page.getByRole('region', { name: 'What they came to' }).innerText());
    expect(results).toMatch(/cnn-small from nothing .*@2.*logistic on histograms .*@1/);
  },
);
