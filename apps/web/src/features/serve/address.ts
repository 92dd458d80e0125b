/** @file The address of a picture as somebody types or pastes it. Pure. */

/** Longest address that the server takes. */
const longest = 2048;

/** As the server takes it: http or https; undefined for any other text. */
export function parseAddress(text: string): string | undefined {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > longest || /\s/.test(trimmed) || !URL.canParse(trimmed))
    return undefined;
  const { protocol, href } = new URL(trimmed);
  return protocol === 'http:' || protocol === 'https:' ? href : undefined;
}
