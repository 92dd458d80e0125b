/** @file Failures of the file system as sentences for a person. */
import { TintypeError } from '@tintype/contracts/errors';

const reasons: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EACCES: 'access is denied',
  EPERM: 'access is denied',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOENT: 'it is not there any more',
  ENOTDIR: 'a file is in the place of a folder',
  EISDIR: 'a folder is in the place of a file',
  EEXIST: 'a file is in the place of a folder',
  ELOOP: 'its links go in a circle',
  ENAMETOOLONG: 'the name is too long',
  EFBIG: 'the disk cannot hold a file this large',
};

export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** `the disk is full`, or the system's own code where there are no words for it. */
export function systemReason(error: unknown): string {
  const code = systemCode(error);
  return (code && reasons[code]) ?? code ?? String(error);
}

export function storageFailure(operation: string, error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  return new TintypeError('STORAGE_FAILED', { operation, reason: systemReason(error) }, { cause: error });
}
