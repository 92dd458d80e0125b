/** @file The same question from other programs: a tab for each language, a button that copies. */
import { ActionIcon, Tabs, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { CheckIcon, CopyIcon } from '../../components/icons.tsx';
import classes from './Snippets.module.css';
import { type Snippet, writeSnippets } from './snippets.ts';

interface SnippetsProps {
  server: string;
  needsToken: boolean;
}

export function Snippets(place: SnippetsProps) {
  const snippets = writeSnippets(place);
  return (
    <Tabs defaultValue="curl" keepMounted={false}>
      <Tabs.List aria-label="Language">
        {snippets.map(({ id, label }) => (
          <Tabs.Tab key={id} value={id}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map((snippet) => (
        <Tabs.Panel key={snippet.id} value={snippet.id} className={classes.panel}>
          <p className={classes.needs}>{snippet.needs}</p>
          <Code snippet={snippet} />
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}

function Code({ snippet: { label, code } }: { snippet: Snippet }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <div className={classes.code}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keys (WCAG 2.1.1). */}
      <pre tabIndex={0} aria-label={`${label} code`}>
        {code}
      </pre>
      <Tooltip label={clipboard.copied ? 'Copied' : 'Copy'}>
        <ActionIcon
          className={classes.copy ?? ''}
          aria-label={clipboard.copied ? 'Copied' : `Copy the ${label} code`}
          onClick={() => clipboard.copy(code)}
        >
          {clipboard.copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
