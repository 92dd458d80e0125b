/** @file A real browser for tests: found, started with a fresh profile, closed with the test. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';

const knownPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** Path of a Chromium: the one TINTYPE_CHROMIUM names, or one where systems put it; undefined where there is none. */
export const findChromium = (): string | undefined =>
  (process.env.TINTYPE_CHROMIUM ? [process.env.TINTYPE_CHROMIUM] : knownPaths).find(existsSync);

/** How many times slower pages compute than they could: what fails only then meets people with slow machines. */
const slowdown = Number(process.env.TINTYPE_BROWSER_SLOWDOWN ?? 1);
const isRequired = process.env.TINTYPE_REQUIRE_BROWSER === '1';
const path = findChromium();
if (!path && isRequired)
  throw new Error(
    'TINTYPE_REQUIRE_BROWSER is 1, but no Chromium was found: install one or name it in TINTYPE_CHROMIUM.',
  );

/** Put behind the names of suites that do not run here, so that the report says why; empty where there is a browser. */
export const noBrowser = path ? '' : ' (skipped: no Chromium found; install one or name it in TINTYPE_CHROMIUM)';

/** Disposing throws where a page threw or the browser refused something, such as by the content security policy. */
export interface OpenBrowser extends AsyncDisposable {
  /** A page of its own profile, without motion unless asked for; those that earlier tests opened are closed, so that none draws or polls on. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
}

interface OpenContext {
  context: BrowserContext;
  /** Undefined where a hook for all tests opened it. */
  test: string | undefined;
}

const browserArguments = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Name of the running test; undefined in hooks for all tests, and in scripts. */
const findTestName = async (): Promise<string | undefined> =>
  process.env.VITEST === undefined ? undefined : (await import('vitest')).expect.getState().currentTestName;

/** What the console says of a request that failed, which is a test's own doing. */
const failedRequest = /Failed to (load resource|fetch dynamically imported module)/;

export async function openBrowser(): Promise<OpenBrowser> {
  if (!path) throw new Error('No Chromium was found.');
  const profile = await mkdtemp(join(tmpdir(), 'tintype-browser-'));
  const first = await chromium.launchPersistentContext(profile, { executablePath: path, args: browserArguments });
  const browser = first.browser();
  let contexts: OpenContext[] = [];
  const complaints: string[] = [];
  async function closeEarlier(test: string | undefined): Promise<void> {
    const isEarlier = (opened: OpenContext): boolean => opened.test !== undefined && opened.test !== test;
    const earlier = contexts.filter(isEarlier);
    contexts = contexts.filter((opened) => !isEarlier(opened));
    await Promise.all(earlier.map(({ context }) => context.close()));
  }
  return {
    async newPage(options = {}) {
      if (!browser) throw new Error('The browser is gone.');
      const test = await findTestName();
      await closeEarlier(test);
      const context = await browser.newContext({
        viewport: { width: 1280, height: 800 },
        reducedMotion: 'reduce',
        ...options,
      });
      contexts.push({ context, test });
      context.setDefaultTimeout(15_000 * slowdown);
      const page = await context.newPage();
      if (slowdown > 1) {
        const session = await context.newCDPSession(page);
        await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
      }
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !failedRequest.test(message.text())) complaints.push(message.text());
      });
      return page;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(contexts.map(({ context }) => context.close()));
      await first.close();
      await rm(profile, { recursive: true, force: true });
      if (complaints.length > 0) throw new Error(`Pages complained: ${complaints.join('; ')}`);
    },
  };
}

/** Waits until it is seen; throws where it is not in time. */
export async function isSeen(locator: Locator): Promise<true> {
  await locator.waitFor();
  return true;
}
