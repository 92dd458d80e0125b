/** @file The files of a drop, with those inside dropped folders. Browsers name the entry API with webkit to this day. */

const readBatch = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject));

const readFile = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

async function listFiles(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await readFile(entry as FileSystemFileEntry)];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  // A reader gives a hundred entries at a time and an empty list at the end.
  for (let batch = await readBatch(reader); batch.length > 0; batch = await readBatch(reader)) {
    for (const child of batch.filter((entry) => !entry.name.startsWith('.'))) files.push(...(await listFiles(child)));
  }
  return files;
}

/** Must be called while the drop event is handled: its items are gone afterwards. */
export async function readDroppedFiles(transfer: DataTransfer): Promise<File[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const parts = items.map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const lists = await Promise.all(
    parts.map(async ({ entry, file }) =>
      entry?.isDirectory ? await listFiles(entry).catch(() => []) : file ? [file] : [],
    ),
  );
  return lists.flat();
}
