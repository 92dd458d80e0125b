/** @file Versions of what made a model, for its bundle. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Of tintype, Node, ONNX Runtime, sharp and its libvips; `unknown` where a package is not to be found. */
export function readVersions(): Record<string, string> {
  return {
    tintype: (require('../../package.json') as { version: string }).version,
    node: process.versions.node,
    onnxruntime: findVersion('onnxruntime-node'),
    sharp: findVersion('sharp'),
    libvips: findLibvips(),
  };
}

/** From the package.json above the module's entry: not every package exports its own. Loads nothing. */
function findVersion(name: string): string {
  try {
    for (let folder = dirname(require.resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
      const file = join(folder, 'package.json');
      const found = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : {};
      if (found.name === name) return String(found.version);
    }
  } catch {
    // Not installed where this module could find it.
  }
  return 'unknown';
}

/** Of the libvips that sharp brings for this platform; `unknown` where sharp was built against another. Loads nothing. */
function findLibvips(): string {
  try {
    const { arch, platform } = process;
    const fromSharp = createRequire(require.resolve('sharp'));
    for (const system of platform === 'linux' ? ['linux', 'linuxmusl'] : [platform]) {
      const path = `@img/sharp-libvips-${system}-${arch}/versions`;
      if (isResolved(fromSharp, path)) return (fromSharp(path) as { vips: string }).vips;
    }
  } catch {
    // Not installed where this module could find it.
  }
  return 'unknown';
}

function isResolved(from: NodeJS.Require, path: string): boolean {
  try {
    from.resolve(path);
    return true;
  } catch {
    return false;
  }
}
