/** @file Children run built code, also where the parent runs from sources and resolves modules to them. */

export function toBuilt(module: string): string {
  return module.replace(/\/src\/(.+)\.ts$/, '/dist/$1.js');
}
