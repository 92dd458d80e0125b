/**
 * @file Runs while the page's code is on its way: asks for the files of the pictures' screen, for the first pictures and for what they look like, where the
 * address is theirs.
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
/** Without an answer for so long, the page asks for itself, and says so where it gets none either. */
const longestMs = 10_000;

const files = document.querySelector<HTMLScriptElement>('script[data-pictures]')?.dataset.pictures;
if (files && location.pathname === '/pictures') {
  if (location.search === '') {
    const signal = AbortSignal.timeout(longestMs);
    const answer = fetch(firstPictures, { headers: { accept: 'application/json' }, signal });
    globalThis.tintypeEarly = { path: firstPictures, at: performance.now(), answer };
    // Who asks for it hears what failed.
    answer.then(loadThumbnails).catch(() => {});
  }
  for (const file of files.split(' ')) document.head.append(preload(file));
}

/** As many as a screen shows at the usual size, within reason: they are there when the page has a place for them. */
async function loadThumbnails(response: Response): Promise<void> {
  if (!response.ok) return;
  const { items } = (await response.clone().json()) as { items: { id: string }[] };
  const inSight = Math.min(48, Math.ceil(innerWidth / 160) * Math.ceil(innerHeight / 184));
  for (const { id } of items.slice(0, inSight)) new Image().src = `/api/samples/${id}/thumbnail`;
}

function preload(file: string): HTMLLinkElement {
  const link = document.createElement('link');
  link.rel = file.endsWith('.css') ? 'preload' : 'modulepreload';
  link.as = file.endsWith('.css') ? 'style' : 'script';
  link.crossOrigin = '';
  link.href = file;
  return link;
}
