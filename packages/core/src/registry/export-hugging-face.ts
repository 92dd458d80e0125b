/** @file A vision transformer that was trained here as a folder that transformers loads by `from_pretrained`. */
import { OnnxError, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import type { ModelVersion } from '@tintype/contracts/registry';
import { corrupt, graphFile, manifestFile, parseManifest, verifyBundleFile } from '../model/bundle.ts';
import { findVitInGraph } from '../model/formats/hugging-face/find-vit.ts';
import { renderHuggingFaceVit } from '../model/formats/hugging-face/save-vit.ts';
import { type ExportedFile, writeFolder } from '../model/write-folder.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

/**
 * The logits are those of the bundle, calibration included. `notices` say what transformers cannot be told. Throws USAGE_INVALID where the
 * version is no vision transformer, BUNDLE_CORRUPT, OBJECT_NOT_FOUND, and what writing a folder throws.
 */
export async function exportHuggingFace(
  { store }: { store: Pick<ObjectStore, 'get'> },
  { version, folder }: { version: Pick<ModelVersion, 'model' | 'version' | 'bundleHash'>; folder: string },
): Promise<{ files: ExportedFile[]; notices: string[] }> {
  const { bundleHash } = version;
  const manifest = parseManifest(await store.get(objectKeys.bundleFile(bundleHash, manifestFile)), bundleHash);
  const content = await store.get(objectKeys.bundleFile(bundleHash, graphFile));
  verifyBundleFile(manifest, { name: graphFile, content, bundleHash });
  const { preprocessing } = manifest.backbone;
  const found = parseGraph(content, bundleHash, preprocessing.widthPx);
  if (!found)
    throw new TintypeError('USAGE_INVALID', {
      problem: `${version.model}@${version.version} is not a vision transformer that was trained here; only those have a Hugging Face layout.`,
      command: 'tintype export',
    });
  const { files, notices } = renderHuggingFaceVit({ ...found, classes: manifest.classes, preprocessing });
  const written = await writeFolder(folder, async (write) => {
    for (const [name, bytes] of files) await write(name, bytes);
  });
  return { files: written, notices };
}

function parseGraph(content: Uint8Array, bundleHash: string, sizePx: number) {
  try {
    return findVitInGraph(parseOnnx(content), sizePx);
  } catch (error) {
    if (error instanceof OnnxError) throw corrupt(bundleHash, `${graphFile}: ${error.reason}`, error);
    throw error;
  }
}
