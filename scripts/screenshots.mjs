/** @file Pictures of every screen and state, at phone and desktop width, light and dark: node scripts/screenshots.mjs DIR [NAME] */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runnerImport } from 'vite';
import { describeScreens } from './screens.mjs';

const [folder, only] = process.argv.slice(2);
if (!folder) {
  process.stderr.write('Usage: node scripts/screenshots.mjs DIR [NAME]\n');
  process.exit(64);
}
await mkdir(folder, { recursive: true });

const config = { configFile: false, resolve: { conditions: ['tintype-source'] }, logLevel: 'error' };
const load = async (path) => (await runnerImport(join(import.meta.dirname, '..', path), config)).module;
const { openBrowser } = await load('tests/browser.ts');
const { openWebFixture } = await load('tests/web-fixture.ts');
const train = await load('tests/web-fixture-train.ts');
const { renderRecyclable } = await load('examples/recyclables/src/render.ts');

const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1440, height: 900 } };
const schemes = ['light', 'dark'];
const states = describeScreens({ renderRecyclable, train });

const browser = await openBrowser();
for (const [name, state] of Object.entries(states)) {
  if (only && !name.startsWith(only)) continue;
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of schemes) {
      const server = await openWebFixture({ thumbnailPx: 256, ...state.server });
      if (state.slow) server.delayMs = 8000;
      if (state.broken) server.isBroken = true;
      const page = await browser.newPage({
        viewport,
        colorScheme,
        hasTouch: size === 'phone',
        isMobile: size === 'phone',
      });
      page.on(
        'console',
        (message) =>
          ['error', 'warning'].includes(message.type()) && process.stderr.write(`${name}: ${message.text()}\n`),
      );
      page.on('pageerror', (error) => process.stderr.write(`${name}: ${error.message}\n`));
      try {
        await page.goto(server.url + state.path.replace('SAMPLE', server.samples[2]?.id));
        if (state.slow) await page.waitForTimeout(500);
        else await page.waitForLoadState('networkidle');
        if (state.broken) await page.waitForTimeout(1200);
        await state.act?.(page, server);
        await page.waitForTimeout(200);
      } catch (error) {
        process.stderr.write(`${name} ${size} ${colorScheme}: ${error.message}\n`);
      }
      await page.screenshot({
        path: join(folder, `${name}-${size}-${colorScheme}.png`),
        fullPage: state.full ?? false,
      });
      await page.context().close();
      await server[Symbol.asyncDispose]();
    }
  }
}
await browser[Symbol.asyncDispose]();
