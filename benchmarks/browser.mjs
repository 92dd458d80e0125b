/** @file For benchmarks: Chromium without a display, where systems put it or where TINTYPE_CHROMIUM says. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const knownPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `newPage` opens one in a context of its own; `close` ends the browser. */
export async function openBrowser() {
  const executablePath = (process.env.TINTYPE_CHROMIUM ? [process.env.TINTYPE_CHROMIUM] : knownPaths).find(existsSync);
  if (!executablePath) throw new Error('No Chromium was found: install one or name it in TINTYPE_CHROMIUM.');
  return chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
