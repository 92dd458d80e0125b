/** @file Which picture a name means: by its end, as far as two names agree, since every tool keeps pictures in another place. */

export type Found = { id: string } | { reason: string };

interface Entry {
  /** Parts of its path, the last first. */
  parts: readonly string[];
  id: string;
}

const withoutExtension = (name: string): string => name.replace(/\.[a-z0-9]{1,5}$/i, '');

export class PictureIndex {
  /** By file name in lower case. */
  readonly #byName = new Map<string, Entry[]>();
  /** The same without extension. */
  readonly #byStem = new Map<string, Entry[]>();

  add(path: string, id: string): void {
    const entry = { parts: partsOf(path), id };
    const name = entry.parts[0] ?? '';
    push(this.#byName, name, entry);
    push(this.#byStem, withoutExtension(name), entry);
  }

  /** Undefined where no picture has such a name. */
  find(name: string): Found | undefined {
    for (const variant of variantsOf(name)) {
      const parts = partsOf(variant);
      const file = parts[0] ?? '';
      const entries = this.#byName.get(file) ?? this.#byStem.get(withoutExtension(file));
      if (entries) return choose(entries, parts);
    }
    return undefined;
  }
}

const partsOf = (path: string): string[] =>
  path
    .toLowerCase()
    .split(/[/\\]/)
    .filter((part) => part !== '' && part !== '.')
    .toReversed();

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const own = map.get(key);
  if (own) own.push(entry);
  else map.set(key, [entry]);
}

/** The one whose path agrees for longest; several pictures that agree equally far are told apart by nobody. */
function choose(entries: readonly Entry[], parts: readonly string[]): Found {
  const agreement = (entry: Entry): number => {
    const until = entry.parts.findIndex((part, n) => n > 0 && part !== parts[n]);
    return until < 0 ? entry.parts.length : until;
  };
  const best = Math.max(...entries.map(agreement));
  const ids = [...new Set(entries.filter((entry) => agreement(entry) === best).map(({ id }) => id))];
  const [id] = ids;
  return id !== undefined && ids.length === 1
    ? { id }
    : { reason: `${ids.length} pictures of the dataset have this name` };
}

/** A name as it is; of an address the path, or what Label Studio serves by it; and without the digits that Label Studio puts before uploads. */
function variantsOf(name: string): string[] {
  const plain = pathOf(name);
  const upload = plain.replace(/(^|\/)[0-9a-f]{8}-(?=[^/]+$)/, '$1');
  return [...new Set([plain, upload])];
}

function pathOf(name: string): string {
  const served = /^[^?]*\/data\/local-files\/?\?d=([^&]+)/.exec(name)?.[1];
  if (served !== undefined) return decode(served);
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) return name;
  return URL.canParse(name) ? decode(new URL(name).pathname) : name;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
