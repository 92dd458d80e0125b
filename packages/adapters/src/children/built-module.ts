/** @file Children run built code, also where the parent runs from sources and resolves modules to them. */

/** A module named by a `.ts` beside a built one is the built one too: `new URL('x.ts', import.meta.url)` stays as it was written. */
export function toBuilt(module: string): string {
  return module.replace(/\/(?:src|dist)\/(.+)\.ts$/, '/dist/$1.js');
}
