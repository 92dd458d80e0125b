/** @file Whatever a command threw as a TintypeError that speaks of the command's own options. Pure. */
import { TintypeError, toTintypeError } from '@tintype/contracts/errors';
import type { CommandRecord } from './command.ts';

interface ZodIssues {
  issues: readonly { path: readonly PropertyKey[]; message: string }[];
}

const isZodError = (thrown: unknown): thrown is ZodIssues => (thrown as { name?: string } | null)?.name === 'ZodError';

export function asTintypeError(thrown: unknown, record: CommandRecord | undefined): TintypeError {
  const command = `tintype${record ? ` ${record.name}` : ''}`;
  if (isZodError(thrown)) {
    const errors = thrown.issues.map((issue) => ({ pointer: optionOf(issue.path, record), message: issue.message }));
    return new TintypeError('VALIDATION_FAILED', { errors, command }, { cause: thrown });
  }
  if (thrown instanceof TintypeError && thrown.code === 'VALIDATION_FAILED') {
    const { errors } = (thrown as TintypeError<'VALIDATION_FAILED'>).details;
    const named = errors.map((e) => ({ ...e, pointer: optionOf(e.pointer.split('/').filter(Boolean), record) }));
    return new TintypeError('VALIDATION_FAILED', { errors: named, command }, { cause: thrown });
  }
  if (thrown instanceof TintypeError && thrown.code === 'USAGE_INVALID') {
    const { details } = thrown as TintypeError<'USAGE_INVALID'>;
    return new TintypeError('USAGE_INVALID', { command, ...details }, { cause: thrown });
  }
  return toTintypeError(thrown, `e_${Date.now().toString(36)}`);
}

/** `classWeights` -> `--class-weights` where the command has that option; else the path as it is. */
function optionOf(path: readonly PropertyKey[], record: CommandRecord | undefined): string {
  const [first, ...rest] = path.map(String);
  const flag = `--${first === 'className' ? 'class' : (first ?? '').replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
  const isOption = record?.options.some((option) => option.flags.split(' ')[0] === flag) ?? false;
  return isOption ? flag : [first, ...rest].filter((part) => part !== undefined).join('/') || '<argument>';
}
