/** @file A file that is shown but never read: it becomes a rejected row with its reason. */
import { TintypeError } from '@tintype/contracts/errors';
import type { SourceFile } from '@tintype/core/ports/picture-source';

export function refusedFile(
  file: { path: string; sizeBytes?: number; modifiedAt?: number },
  error: TintypeError,
): SourceFile {
  return {
    path: file.path,
    sizeBytes: file.sizeBytes ?? 0,
    modifiedAt: file.modifiedAt ?? 0,
    read: () => Promise.reject(error),
  };
}

export function unreadable(reason: string, cause?: unknown): TintypeError {
  return new TintypeError('FILE_UNREADABLE', { reason }, { cause });
}
