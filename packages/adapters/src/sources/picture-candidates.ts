/** @file Which files of a source are offered as pictures: all but hidden ones and what people keep beside pictures. */

/** Notes, labels, code, films and what cameras write beside pictures: nobody expects them in a dataset of pictures. Anything else is offered, and judged by its bytes. */
const companionExtensions = new Set(
  `txt md rst csv tsv json jsonl ndjson xml yaml yml toml ini cfg conf log html htm css js mjs ts py ipynb sh
  readme license npy npz pkl pt pth onnx h5 safetensors parquet sqlite db lock
  mov mp4 m4v avi mkv webm 3gp mts aae xmp thm`.split(/\s+/),
);

const companionNames = new Set(
  'readme license licence copying notice authors changelog version makefile dockerfile'.split(' '),
);

/** Left by operating systems beside people's files. */
const systemNames = new Set([
  '__MACOSX',
  'Thumbs.db',
  'desktop.ini',
  '$RECYCLE.BIN',
  'System Volume Information',
  'lost+found',
]);

export function isHiddenName(name: string): boolean {
  return name.startsWith('.') || systemNames.has(name);
}

/** By its path below the source. */
export function couldBePicture(path: string): boolean {
  const names = path.split('/');
  if (names.some(isHiddenName)) return false;
  const name = names.at(-1) ?? '';
  const dot = name.lastIndexOf('.');
  const extension = name.slice(dot + 1).toLowerCase();
  return dot > 0 ? !companionExtensions.has(extension) : !companionNames.has(extension);
}

/** Tables, JSON, XML and arrays, whatever they hold; by its path below the source. */
export function couldHoldLabels(path: string): boolean {
  return !path.split('/').some(isHiddenName) && /\.(csv|tsv|json|jsonl|xml|npz)$/i.test(path);
}
