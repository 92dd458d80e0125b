/** @file The pictures of docs/guides/page.md, one of each screen, on made-up data: node scripts/guide-pictures.mjs [DIR] [NAME...] */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { runnerImport } from 'vite';
import { describeScreens } from './screens.mjs';

const root = join(import.meta.dirname, '..');
const [folder = join(root, 'docs/images/page'), ...only] = process.argv.slice(2);
const config = { configFile: false, resolve: { conditions: ['tintype-source'] }, logLevel: 'error' };
const load = async (path) => (await runnerImport(join(root, path), config)).module;
const { openBrowser } = await load('tests/browser.ts');
const { openWebFixture } = await load('tests/web-fixture.ts');
const train = await load('tests/web-fixture-train.ts');
const { renderRecyclable } = await load('examples/recyclables/src/render.ts');

/** Name of the picture -> state of screens.mjs. */
const chosen = {
  pictures: 'pictures-selected',
  picture: 'picture-page',
  label: 'label',
  pages: 'label-pages',
  heaps: 'label-audit',
  mistakes: 'label-mistakes',
  classes: 'label-classes',
  explore: 'explore',
  map: 'explore-map-chosen',
  runs: 'train',
  training: 'train-new',
  run: 'train-run-live',
  compare: 'train-compare',
  study: 'train-study',
  models: 'models',
  version: 'version',
  confidence: 'version-confidence',
  enough: 'version-labels',
  lineage: 'version-lineage',
  people: 'people',
  review: 'people-review',
  users: 'people-users',
  backups: 'backups',
  try: 'try-answers',
};

await mkdir(folder, { recursive: true });
const states = describeScreens({ renderRecyclable, train });
const browser = await openBrowser();
try {
  for (const [name, state] of Object.entries(chosen)) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`${name}\n`);
    const { path, server: options, act } = states[state];
    const server = await openWebFixture({ thumbnailPx: 256, ...options });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    await page.goto(server.url + path.replace('SAMPLE', server.samples[2]?.id));
    // Screens that follow something never fall silent.
    await page.waitForLoadState('networkidle', { timeout: 4000 }).catch(() => undefined);
    await act?.(page, server);
    // Not by a function that the page polls: its policy forbids code of strings.
    while ((await page.locator('main [aria-busy="true"]').count()) > 0) await page.waitForTimeout(100);
    await page.evaluate('scrollTo(0, 0)');
    await page.waitForTimeout(400);
    const png = await page.screenshot();
    await sharp(png)
      .webp({ quality: 72 })
      .toFile(join(folder, `${name}.webp`));
    await page.context().close();
    await server[Symbol.asyncDispose]();
  }
} finally {
  await browser[Symbol.asyncDispose]();
}
