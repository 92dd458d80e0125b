/** @file What is typed into forms: lists with commas, and what the contract finds wrong, in words for the field. */
import type { z } from 'zod';

/** `a, b ,` -> [`a`, `b`]. */
export const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

type Issue = z.core.$ZodIssue;

/** Name of the field -> what is wrong with it. */
export const describeIssues = (issues: readonly Issue[]): Record<string, string> =>
  Object.fromEntries(issues.map((issue) => [String(issue.path[0] ?? ''), describeIssue(issue)]));

function describeIssue(issue: Issue): string {
  if (issue.code === 'too_small' && issue.origin !== 'array')
    return `Must be ${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}.`;
  if (issue.code === 'too_big' && issue.origin !== 'array')
    return `Must be ${issue.inclusive === false ? 'less than' : 'at most'} ${String(issue.maximum)}.`;
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'Must be a whole number.' : 'Must be a number.';
  if (issue.code === 'invalid_value') return `Must be one of ${issue.values.map(String).join(', ')}.`;
  const { message } = issue;
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${message.endsWith('.') ? '' : '.'}`;
}
