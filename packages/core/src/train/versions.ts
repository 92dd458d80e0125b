/** @file Versions of what made a model, for its bundle. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Of tintype, Node, ONNX Runtime and sharp (which pins libvips); `unknown` where a package hides its own. */
export function readVersions(): Record<string, string> {
  const versionOf = (name: string): string => {
    try {
      return (require(`${name}/package.json`) as { version: string }).version;
    } catch {
      return 'unknown';
    }
  };
  return {
    tintype: (require('../../package.json') as { version: string }).version,
    node: process.versions.node,
    onnxruntime: versionOf('onnxruntime-node'),
    sharp: versionOf('sharp'),
  };
}
