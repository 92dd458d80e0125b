/** @file Commands inside a sentence: `Run "tintype train".` has one, and the page shows it as one. */

export interface SentencePart {
  kind: 'words' | 'command';
  text: string;
}

/** Quoted commands come back as they are typed in a checkout, with npx. */
export function parseCommands(sentence: string): SentencePart[] {
  return sentence
    .split(/("(?:npx )?tintype(?: [^"]*)?")/)
    .filter((part) => part !== '')
    .map((part) =>
      /^"(?:npx )?tintype/.test(part)
        ? { kind: 'command', text: part.slice(1, -1).replace(/^(?:npx )?/, 'npx ') }
        : { kind: 'words', text: part },
    );
}
