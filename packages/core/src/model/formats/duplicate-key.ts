/** @file Finds a key that a JSON object has twice, of which JSON.parse would silently keep the last. */

/** The first such key, at any depth; undefined where there is none. `json` must be valid JSON. */
export function findDuplicateKey(json: string): string | undefined {
  /** Keys of the objects that are open; undefined for an open list. */
  const open: (Set<string> | undefined)[] = [];
  let text: string | undefined;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      const end = endOfText(json, at);
      text = json.slice(at, end + 1);
      at = end;
    } else if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === ':' && text !== undefined) {
      const keys = open.at(-1);
      const key = JSON.parse(text) as string;
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

/** Position of the closing quotation mark of the text that begins at `start`. */
function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}
