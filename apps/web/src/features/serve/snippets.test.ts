/** @file Snippets name this server, hold no secret, and are code that can be read. */
import ts from 'typescript';
import { expect, test } from 'vitest';
import { writeSnippets } from './snippets.ts';

const server = 'https://pictures.example.org';

test.each([true, false])(
  'every snippet names the server, and a token only by its variable (needed: %s)',
  (needsToken) => {
    const snippets = writeSnippets({ server, needsToken });

    expect(snippets.map(({ id }) => id)).toEqual(['curl', 'javascript', 'python', 'react']);
    for (const { id, code } of snippets) {
      expect(code).toContain(server);
      expect(code.includes('TINTYPE_TOKEN')).toBe(needsToken && id !== 'react');
      expect(Math.max(...code.split('\n').map((line) => line.length))).toBeLessThanOrEqual(110);
    }
  },
);

test.each([true, false])('JavaScript and React are without a slip (token: %s)', (needsToken) => {
  for (const { code } of writeSnippets({ server, needsToken }).filter(
    ({ id }) => id === 'javascript' || id === 'react',
  )) {
    const { diagnostics } = ts.transpileModule(code, { reportDiagnostics: true, fileName: 'snippet.jsx' });
    expect(diagnostics).toEqual([]);
  }
});
