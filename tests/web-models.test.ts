/** @file The Models screens in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isSeen, noBrowser, type OpenBrowser, openBrowser } from './browser.ts';
import { openWebFixture, type WebFixture } from './web-fixture.ts';
import { buildEvaluation } from './web-fixture-data.ts';

describe.skipIf(noBrowser !== '')(`the Models screens${noBrowser}`, () => {
  let browser: OpenBrowser;

  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
  });

  async function openModels(fixture: WebFixture, path = '') {
    const page = await browser.newPage();
    await page.goto(`${fixture.url}/models${path}`);
    return page;
  }

  test('versions stand newest first, each number with its interval, the champion marked', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await openModels(fixture);
    const rows = page.getByRole('table').getByRole('row');
    await rows.nth(3).waitFor();

    const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));

    expect(texts[1]).toMatch(
      /^recyclables@3 \d\d\.\d % \(\d\d\.\d–\d\d\.\d\) \d\d\.\d % \d\d\.\d % mobilenetv2-imagenet-fp32\.onnx logistic 5 2026-11-21 \d\d:00$/,
    );
    expect(texts[2]).toMatch(/^recyclables@2 champion /);
    await expect
      .poll(() => page.getByRole('region', { name: 'Alias history of recyclables' }).innerText())
      .toMatch(/champion to version 2 from version 1, by ada/);
  });

  test('the confusion matrix is walked with arrow keys and says each cell in a sentence', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await openModels(fixture, '/recyclables/1');
    const cell = page.locator('[data-cell="0 0"]');
    const [boxes] = buildEvaluation(1).confusion;
    const total = boxes?.reduce((a, b) => a + b, 0);

    await cell.focus();
    await page.keyboard.press('ArrowRight');

    const sentence = page.getByRole('region', { name: 'Confusion matrix' }).getByRole('status');
    await expect
      .poll(() => sentence.innerText())
      .toMatch(
        new RegExp(
          `^${boxes?.[1]} of ${total} pictures of “boxes” \\(\\d+\\.\\d\u00a0%\\) w(as|ere) taken for “crushed-soda-cans”\\.$`,
        ),
      );
    await page.locator('[data-cell="1 1"]').hover();
    await expect.poll(() => sentence.innerText()).toMatch(/were recognized\.$/);
  });

  test('a mistake leads to its picture', async () => {
    await using fixture = await openWebFixture({ samples: 100 });
    const page = await openModels(fixture, '/recyclables/3');

    await page.getByRole('region', { name: 'Most confident mistakes' }).getByRole('link').first().click();

    expect(await isSeen(page.getByRole('dialog', { name: 'Picture' }).getByText(fixture.samples[0]?.path ?? ''))).toBe(
      true,
    );
  });

  test('promoting asks first, and the light and the log follow', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await openModels(fixture, '/recyclables/3');

    await page.getByRole('button', { name: 'Promote to champion' }).click();
    await page.getByRole('dialog').getByText('recyclables@2 is the champion now').waitFor();
    await page.getByRole('button', { name: 'Promote', exact: true }).click();

    await page.getByRole('button', { name: 'Health: recyclables@3' }).waitFor();
    await page.getByRole('button', { name: 'Promote to champion' }).waitFor({ state: 'detached' });
    expect(fixture.history.at(-1)).toMatchObject({ alias: 'champion', version: 3, previous: 2 });
  });

  test('a champion moved meanwhile is not overwritten without asking again', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await openModels(fixture, '/recyclables/3');
    await page.getByRole('button', { name: 'Promote to champion' }).click();
    await page.getByRole('dialog').getByText('recyclables@2 is the champion now').waitFor();

    fixture.history.push({ model: 'recyclables', alias: 'champion', version: 1, previous: 2, by: 'grace', at: 1 });
    await page.getByRole('button', { name: 'Promote', exact: true }).click();
    await page.getByText('The alias was moved meanwhile').waitFor();

    expect(fixture.history.at(-1)).toMatchObject({ version: 1, by: 'grace' });
    await page.getByRole('button', { name: 'Promote over version 1' }).click();
    await page.getByRole('button', { name: 'Health: recyclables@3' }).waitFor();
    expect(fixture.history.at(-1)).toMatchObject({ version: 3, previous: 1 });
  });

  test('a screen whose code does not arrive says so instead of leaving a blank page', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await browser.newPage();
    await page.route(/ModelsScreen.*\.js$/, (route) => route.abort());
    await page.goto(fixture.url);

    await page.getByRole('link', { name: 'Models' }).click();
    await page.getByText('This screen could not be loaded').waitFor();
    await page.getByRole('link', { name: 'Try', exact: true }).click();

    expect(await isSeen(page.getByRole('heading', { name: 'Try the model' }))).toBe(true);
  });

  test('a version that is not there is said in the words of the server', async () => {
    await using fixture = await openWebFixture({ samples: 10 });
    const page = await openModels(fixture, '/recyclables/9');

    await page.getByText('There is no such version').waitFor();

    await expect.poll(() => page.getByRole('alert').innerText()).toContain('it has 1, 2, 3');
  });

  test('without a model the screen says how to train one', async () => {
    await using fixture = await openWebFixture({ samples: 10, hasModel: false });
    const page = await openModels(fixture);

    await page.getByText('No model yet').waitFor();

    await expect.poll(() => page.locator('main').innerText()).toContain('npx tintype train');
  });
});
