/** @file Model files of other tools: the one refusal they share. */
import { TintypeError } from '@tintype/contracts/errors';

/** `reason` ends a sentence that begins with the file: `its header is cut short`. */
export function invalidFile(file: string, reason: string, cause?: unknown): TintypeError<'MODEL_FILE_INVALID'> {
  return new TintypeError('MODEL_FILE_INVALID', { file, reason }, { cause });
}
