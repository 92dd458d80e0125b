/** @file Model files of other tools: the one refusal they share. */
import { TintypeError } from '@tintype/contracts/errors';

/** `reason` ends a sentence that begins with the file: `its header is cut short`. */
export function invalidFile(file: string, reason: string, cause?: unknown): TintypeError<'MODEL_FILE_INVALID'> {
  return new TintypeError('MODEL_FILE_INVALID', { file, reason }, { cause });
}

/** Why a model is refused, where it is not known in which file it came. */
export class ModelRefusal extends Error {
  readonly reason: string;

  constructor(reason: string, options?: { cause?: unknown }) {
    super(`The model is refused: ${reason}.`, options);
    this.name = 'ModelRefusal';
    this.reason = reason;
  }
}

/** Says in which file it was. */
export async function refuseIn<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelRefusal) throw invalidFile(file, error.reason, error);
    throw error;
  }
}
