/** @file A picture's class as its path states it. */
import { classNameSchema } from '@tintype/contracts/ids';
import type { LabelRule } from '@tintype/contracts/ingest';

/** The class, or a number, or both, start what is not part of the class any more: `male_person1`, `soda-can-12`, `cat7`, `cat (2)`. */
const fileNameClass = /^(?<className>[^_\d]*?)[-. (]*[_\d]/;

/**
 * `folder`: the folder that directly holds the file; a file at the root of the source has none.
 * `filename`: the text before the first underscore or number. Null where the path states no class.
 */
export function labelFromPath(path: string, rule: LabelRule): string | null {
  const parts = path.split('/');
  switch (rule) {
    case 'none':
      return null;
    case 'folder':
      return asClassName(parts.at(-2));
    case 'filename':
      return asClassName(withoutExtension(parts.at(-1) ?? '').match(fileNameClass)?.groups?.className);
    default:
      return rule satisfies never;
  }
}

function asClassName(text: string | undefined): string | null {
  const parsed = classNameSchema.safeParse(text ?? '');
  return parsed.success ? parsed.data : null;
}

function withoutExtension(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}
