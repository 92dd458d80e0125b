/** @file The same model in this browser: loaded when asked for, its parity with the server as a number, and answers that never leave. */
import '@mantine/core/styles/InlineInput.css';
import '@mantine/core/styles/Switch.css';
import { Button, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { formatCounted, formatDuration, formatSize } from '../../../components/format.ts';
import { useHealth } from '../../../components/use-workspace.ts';
import { usePredictionQueue } from '../PredictionsProvider.tsx';
import classes from './BrowserPanel.module.css';
import type { BrowserModel } from './open-browser-model.ts';
import { formatDifference, type Measured, type Parity, summarizeParity } from './parity.ts';

export function BrowserPanel() {
  const { browser } = usePredictionQueue();
  const { data: health } = useHealth();
  const served =
    health?.model && health.version !== null ? { model: health.model, version: health.version } : undefined;
  const { state, load, close } = browser;
  if (state.kind === 'off' && !served) return null;
  return (
    <section className={classes.panel} aria-label="In this browser">
      <h2>In this browser</h2>
      {state.kind === 'off' && served && (
        <Words text="The same model can answer here too, so that pictures need not leave this machine. It and its runtime of 14 MB are loaded once.">
          <Button variant="default" onClick={() => load(served)}>
            Load {served.model}@{served.version} here
          </Button>
        </Words>
      )}
      {state.kind === 'loading' && (
        <Words text={describeLoading(state)}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
        </Words>
      )}
      {state.kind === 'failed' && (
        <Words text={`It could not be opened here: ${state.reason} The server answers as before.`} isProblem>
          {served && (
            <Button variant="default" onClick={() => load(served)}>
              Try again
            </Button>
          )}
        </Words>
      )}
      {state.kind === 'ready' && <Ready model={state.model} served={served} />}
    </section>
  );
}

function Words({ text, isProblem = false, children }: { text: string; isProblem?: boolean; children: ReactNode }) {
  return (
    <div className={classes.row}>
      <p role={isProblem ? 'alert' : 'status'}>{text}</p>
      {children}
    </div>
  );
}

function describeLoading({ loadedBytes, totalBytes }: { loadedBytes: number; totalBytes: number }): string {
  if (loadedBytes === 0) return 'Loading…';
  if (totalBytes > 0 && loadedBytes >= totalBytes) return 'Opening…';
  return `Loading ${formatSize(loadedBytes)}${totalBytes > 0 ? ` of ${formatSize(totalBytes)}` : ''}…`;
}

function Ready({ model, served }: { model: BrowserModel; served: { model: string; version: number } | undefined }) {
  const { parity, isOnlyHere, setOnlyHere, browser } = usePredictionQueue();
  const summary = summarizeParity([...parity.values()].filter((one): one is Measured => 'difference' in one));
  const isStale = served !== undefined && (served.model !== model.model || served.version !== model.version);
  return (
    <>
      <div className={classes.row}>
        <Switch
          label="Pictures stay here: the server is not asked"
          checked={isOnlyHere}
          onChange={(event) => setOnlyHere(event.currentTarget.checked)}
        />
        <span className={classes.name}>
          {model.model}@{model.version} is loaded.
        </span>
        <Button variant="subtle" color="gray" size="compact-sm" onClick={browser.close}>
          Unload
        </Button>
      </div>
      {isStale && served && (
        <Words text={`The server answers with ${served.model}@${served.version} by now.`}>
          <Button variant="default" size="compact-sm" onClick={() => browser.load(served)}>
            Load that here
          </Button>
        </Words>
      )}
      {model.gates > 0 && (
        <p className={classes.note}>
          Its {formatCounted(model.gates, 'gate')} {model.gates === 1 ? 'is' : 'are'} not judged here: what the server
          would refuse is answered.
        </p>
      )}
      <ParityFigures summary={summary} isOnlyHere={isOnlyHere} />
    </>
  );
}

function ParityFigures({ summary, isOnlyHere }: { summary: Parity | undefined; isOnlyHere: boolean }) {
  if (!summary)
    return (
      <p className={classes.note}>
        {isOnlyHere
          ? 'Parity is measured on pictures that the server answers too.'
          : 'Try a picture: both answer it, and how much they differ stands here.'}
      </p>
    );
  return (
    <dl className={classes.figures}>
      <div>
        <dt>Same class</dt>
        <dd>
          {summary.agreeing} of {summary.pictures}
        </dd>
      </div>
      <div>
        <dt>Largest difference of a probability</dt>
        <dd>{formatDifference(summary.largestDifference)}</dd>
      </div>
      <div>
        <dt>Here, and by the server</dt>
        <dd>
          {formatDuration(summary.browserMs)}, {formatDuration(summary.serverMs)}
        </dd>
      </div>
    </dl>
  );
}
