/** @file Reads tintype.yaml and says which line is wrong. */
import { readFile } from 'node:fs/promises';
import { type Config, configSchema } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { systemReason } from '../storage-failure.ts';
import { workspacePaths } from './workspace-paths.ts';

/** Settings with their defaults. Throws WORKSPACE_NOT_FOUND, WORKSPACE_UNREADABLE, or CONFIG_INVALID naming line and setting. */
export async function readConfig(folder: string): Promise<Config> {
  const path = workspacePaths.config(folder);
  return parseConfig(await readText(folder, path), path);
}

export function parseConfig(text: string, path: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw invalid(path, lines.linePos(broken.pos[0]).line, broken.message.split('\n', 1)[0] ?? 'is not YAML', broken);

  const parsed = configSchema.safeParse(toValue(document, path) ?? {});
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw parsed.error;
  const { keys, problem } = describeIssue(issue);
  throw invalid(path, findLine(document, lines, keys), problem, parsed.error);
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings that the environment says in place of tintype.yaml: the variable of each. */
export const environmentSettings = { database: 'TINTYPE_DATABASE_URL', store: 'TINTYPE_STORE' } as const;

/** The same environment with what `VARIABLE_FILE` names in the place of each variable that is not set: secrets are files there. Throws CONFIG_INVALID. */
export async function readEnvironmentFiles(environment: Environment): Promise<Environment> {
  const read: Record<string, string | undefined> = { ...environment };
  for (const variable of Object.values(environmentSettings)) {
    const path = environment[`${variable}_FILE`];
    if (read[variable] || !path) continue;
    try {
      read[variable] = (await readFile(path, 'utf8')).trim();
    } catch (error) {
      const problem = `${path} cannot be read: ${systemReason(error)}`;
      throw new TintypeError('CONFIG_INVALID', { path: `${variable}_FILE`, problem }, { cause: error });
    }
  }
  return read;
}

/** Throws CONFIG_INVALID naming the variable. */
export function withEnvironment(config: Config, environment: Environment): Config {
  const changed = { ...config };
  for (const [setting, variable] of Object.entries(environmentSettings)) {
    const text = environment[variable];
    if (!text) continue;
    const parsed = configSchema.shape[setting as keyof typeof environmentSettings].safeParse(text);
    if (!parsed.success) {
      // The address of a database may hold a password.
      const shown = setting === 'database' ? 'its text' : JSON.stringify(text);
      const problem = `${shown} ${parsed.error.issues[0]?.message}`;
      throw new TintypeError('CONFIG_INVALID', { path: variable, problem }, { cause: parsed.error });
    }
    changed[setting as keyof typeof environmentSettings] = parsed.data;
  }
  return changed;
}

async function readText(folder: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new TintypeError('WORKSPACE_NOT_FOUND', { path: folder });
    throw new TintypeError('WORKSPACE_UNREADABLE', { path: folder, reason: message }, { cause: error });
  }
}

/** Aliases that multiply without end are refused by the parser here. */
function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw invalid(path, 1, (error as Error).message, error);
  }
}

function invalid(path: string, line: number, problem: string, cause: unknown): TintypeError {
  const text = `line ${line}: ${problem.replace(/[.:]$/, '')}`;
  return new TintypeError('CONFIG_INVALID', { path, problem: text }, { cause });
}

function describeIssue(issue: z.core.$ZodIssue): { keys: PropertyKey[]; problem: string } {
  const keys = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    keys.push(...issue.keys.slice(0, 1));
    return { keys, problem: `${keys.join('.')} is not a setting` };
  }
  return { keys, problem: keys.length ? `${keys.join('.')}: ${issue.message}` : issue.message };
}

/** Line of the key that `keys` leads to, or of the nearest one above it that is there. */
function findLine(document: Document, lines: LineCounter, keys: readonly PropertyKey[]): number {
  let node = document.contents;
  let offset = node?.range?.[0] ?? 0;
  for (const key of keys) {
    const pair = isMap(node)
      ? node.items.find((one) => isScalar(one.key) && String(one.key.value) === String(key))
      : undefined;
    if (!pair) break;
    offset = (pair.key as Node).range?.[0] ?? offset;
    node = pair.value as Node | null;
  }
  return lines.linePos(offset).line;
}
