/** @file What is written into a report's file: names of files and classes stay text, whatever they hold. */
import type { ExploreReport } from '@tintype/contracts/explore';
import { expect, test } from 'vitest';
import { escapeHtml } from './html-charts.ts';
import { renderReportHtml } from './report-html.ts';
import { computeHistogram, spaceEdges } from './statistics.ts';

const spread = { low: 0, median: 0, high: 0 };
const hostile = '<img src=x onerror="alert(1)">\u0007&';

const report: ExploreReport = {
  dataset: 'pets',
  backbone: 'histograms',
  at: 0,
  durationMs: 1,
  pictures: 1,
  unlabeled: 0,
  sizeBytes: 1,
  findings: [{ kind: 'few', weight: 'look', count: 1, sentence: hostile, advice: hostile }],
  classes: [
    {
      className: hostile,
      pictures: 1,
      splits: { train: 0, validation: 0, test: 0, none: 1 },
      meanPicture: null,
      meanColor: null,
      sheet: [
        { id: `s_${'0'.repeat(20)}`, path: `${hostile}.jpg`, className: hostile, split: null, widthPx: 1, heightPx: 1 },
      ],
      measures: {},
    },
  ],
  sizes: {
    common: [],
    distinct: 0,
    formats: [],
    shorterSide: computeHistogram([], spaceEdges(1, 10, { bins: 2 })),
    shorterSideSpread: spread,
    aspectRatio: computeHistogram([], spaceEdges(1, 10, { bins: 2 })),
    aspectRatioSpread: spread,
  },
  measures: [],
  duplicates: { total: 0, pictures: 0, groups: [] },
  leakage: { snapshot: null, groups: 0, pairs: [] },
  outliers: [],
  doubts: { labels: 0, likelyWrong: 0, items: [] },
  unreadable: { total: 1, items: [{ path: hostile, code: 'IMAGE_EMPTY', detail: hostile }] },
};

test('a name full of markup is shown, not run', () => {
  const html = renderReportHtml({ report, pictures: new Map(), points: [], method: 'pca', version: hostile });

  expect(html).not.toContain('<img src=x');
  expect(html).not.toMatch(/onerror="/);
  expect(html).toContain('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;');
});

test('quotes and control characters cannot leave an attribute', () => {
  expect(escapeHtml('"\'<>&\u0000')).toBe('&#34;&#39;&#60;&#62;&#38;\u{FFFD}');
});
