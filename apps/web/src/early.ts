/**
 * @file Runs while the page's code is on its way: asks for the files of the pictures' screen and for the first pictures, where the address is theirs.
 *
 * The build names those files on the script's own tag. Nothing is imported, so that it waits for nothing.
 */

/** An answer that was asked for before the page could ask. */
export interface EarlyAnswer {
  path: string;
  /** As of `performance.now()`. */
  at: number;
  answer: Promise<Response>;
}

declare global {
  var tintypeEarly: EarlyAnswer | undefined;
}

/** What the screen asks first. Another path would be asked for twice, which a test of the screen notices. */
const firstPictures = '/api/samples?offset=0&limit=200';

const files = document.querySelector<HTMLScriptElement>('script[data-pictures]')?.dataset.pictures;
if (files && location.pathname === '/pictures') {
  if (location.search === '') {
    const answer = fetch(firstPictures, { headers: { accept: 'application/json' } });
    globalThis.tintypeEarly = { path: firstPictures, at: performance.now(), answer };
    // Who asks for it hears of it.
    answer.catch(() => {});
  }
  for (const file of files.split(' ')) document.head.append(preload(file));
}

function preload(file: string): HTMLLinkElement {
  const link = document.createElement('link');
  link.rel = file.endsWith('.css') ? 'preload' : 'modulepreload';
  link.as = file.endsWith('.css') ? 'style' : 'script';
  link.crossOrigin = '';
  link.href = file;
  return link;
}
