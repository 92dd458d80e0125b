/** @file A report as one HTML file that needs nothing beside it: pictures inside, no script, no address. */
import type {
  DuplicateGroup,
  ExploredClass,
  ExploredMeasure,
  ExploredSample,
  ExploreReport,
  PixelMeasureName,
} from '@tintype/contracts/explore';
import { type ChartPoint, escapeHtml, markColor, renderHistogram, renderMap } from './html-charts.ts';
import { reportStyle } from './report-style.ts';

export interface ReportParts {
  report: ExploreReport;
  /** JPEGs in base64 by sample id; a picture without one is named alone. */
  pictures: ReadonlyMap<string, string>;
  /** At most a few thousand are drawn. */
  points: readonly ChartPoint[];
  method: 'pca' | 'umap';
  /** Version of tintype. */
  version: string;
}

const mostPoints = 4000;
/** Of a list, so that the file can still be sent; the page shows all. */
export const shownInFile = { sheet: 12, groups: 40, perGroup: 8, pairs: 20, outliers: 36, doubts: 36, examples: 8 };

const measureTitles: Record<PixelMeasureName, string> = {
  brightness: 'Brightness',
  contrast: 'Contrast',
  sharpness: 'Sharpness',
  saturation: 'Saturation',
  colorfulness: 'Colorfulness',
  entropy: 'Entropy, bits',
};

export function renderReportHtml(parts: ReportParts): string {
  const { report } = parts;
  const sections: readonly [title: string, body: string][] = [
    ['What to look at', renderFindings(report)],
    ['Classes', renderClasses(parts)],
    ['Sizes and shapes', renderSizes(report)],
    ['Measures', renderMeasures(parts)],
    [parts.method === 'umap' ? 'Map (UMAP)' : 'Map (PCA)', renderPoints(parts)],
    ['Duplicates', renderDuplicates(parts)],
    ['Alike across splits', renderPairs(parts)],
    ['Probably wrong labels', renderDoubts(parts)],
    ['Unlike all others', renderOutliers(parts)],
    ['Unreadable files', renderUnreadable(report)],
  ];
  const body = sections
    .filter(([, text]) => text !== '')
    .map(([title, text]) => `<section><h2>${title}</h2>${text}</section>`);
  const name = escapeHtml(report.dataset);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${name}: what the pictures look like</title>
<style>${reportStyle}</style>
</head>
<body>
<header><h1>${name}</h1><p>${count(report.pictures)} pictures, ${report.classes.filter(({ className }) => className !== null).length} classes, ${count(report.unlabeled)} without a label. Explored on ${new Date(report.at).toISOString().slice(0, 16).replace('T', ' ')} UTC with features of ${escapeHtml(report.backbone)} by Tintype ${escapeHtml(parts.version)}.</p></header>
<main>${body.join('\n')}</main>
</body>
</html>
`;
}

function renderFindings({ findings }: ExploreReport): string {
  if (findings.length === 0) return '<p>Nothing stands out.</p>';
  const items = findings.map(
    ({ weight, sentence, advice }) =>
      `<li class="${weight}"><strong>${escapeHtml(sentence)}</strong> ${escapeHtml(advice)}</li>`,
  );
  return `<ul class="findings">${items.join('')}</ul>`;
}

function renderClasses(parts: ReportParts): string {
  const { classes } = parts.report;
  const most = Math.max(1, ...classes.map(({ pictures }) => pictures));
  const rows = classes.map((one) => {
    const { train, validation, test, none } = one.splits;
    const color = one.className === null ? markColor(-1) : markColor(classPosition(parts.report, one.className));
    return `<tr><th scope="row">${className(one.className)}</th><td class="number">${count(one.pictures)}</td><td><span class="bar" style="width:${((100 * one.pictures) / most).toFixed(1)}%;background:${color}"></span></td><td class="number">${train} / ${validation} / ${test}${none > 0 ? ` <span class="dim">+ ${none}</span>` : ''}</td></tr>`;
  });
  const table = `<table><thead><tr><th>Class</th><th class="number">Pictures</th><th></th><th class="number">Train / validation / test</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return table + classes.map((one) => renderSheet(one, parts)).join('');
}

function renderSheet(one: ExploredClass, parts: ReportParts): string {
  const mean = one.meanPicture
    ? `<figure class="mean"><img alt="Mean of ${escapeHtml(one.className ?? 'unlabeled')}" src="data:image/jpeg;base64,${one.meanPicture}"><figcaption>mean</figcaption></figure>`
    : '';
  return `<h3>${className(one.className)}</h3><div class="sheet">${mean}${one.sheet
    .slice(0, shownInFile.sheet)
    .map((sample) => picture(sample, parts))
    .join('')}</div>`;
}

function renderSizes({ sizes }: ExploreReport): string {
  const { shorterSideSpread: side, aspectRatioSpread: ratio } = sizes;
  const common = sizes.common
    .map(({ widthPx, heightPx, pictures }) => `<li>${widthPx} × ${heightPx}: ${count(pictures)}</li>`)
    .join('');
  return `<div class="charts">${chart('Shorter side, px', renderHistogram(sizes.shorterSide, { label: 'Shorter side in pixels' }), `${number(side.low)} to ${number(side.high)} px, middle ${number(side.median)}`)}${chart('Width / height', renderHistogram(sizes.aspectRatio, { label: 'Width over height' }), `${ratio.low.toFixed(2)} to ${ratio.high.toFixed(2)}, middle ${ratio.median.toFixed(2)}`)}<div><h3>Most frequent of ${count(sizes.distinct)}</h3><ul>${common}</ul></div></div>`;
}

function renderMeasures(parts: ReportParts): string {
  const { measures } = parts.report;
  if (measures.length === 0) return '';
  const charts = measures.map((one) =>
    chart(
      measureTitles[one.measure],
      renderHistogram(one.histogram, {
        label: `Histogram of ${one.measure}`,
        isHot: (from, to) => isUnusual(one, from, to),
      }),
      `${number(one.spread.low)} to ${number(one.spread.high)}, middle ${number(one.spread.median)}`,
    ),
  );
  const examples = measures.flatMap((one) =>
    one.unusual
      .filter(({ pictures }) => pictures > 0)
      .map(
        ({ name, pictures, examples: shown }) =>
          `<h3>${name} <span class="dim">${count(pictures)}</span></h3><div class="sheet">${shown
            .slice(0, shownInFile.examples)
            .map((sample) => picture(sample, parts))
            .join('')}</div>`,
      ),
  );
  return `<div class="charts">${charts.join('')}</div>${examples.join('')}`;
}

/** The middle of the bin is within. */
const isUnusual = ({ unusual }: ExploredMeasure, from: number, to: number): boolean =>
  unusual.some((bound) => (from + to) / 2 >= bound.from && (from + to) / 2 <= bound.to);

function renderPoints({ report, points }: ReportParts): string {
  if (points.length === 0) return '';
  const every = Math.ceil(points.length / mostPoints);
  const drawn = points.filter((_, n) => n % every === 0);
  const legend = report.classes
    .map(
      (one) =>
        `<li><span class="dot" style="background:${one.className === null ? markColor(-1) : markColor(classPosition(report, one.className))}"></span>${className(one.className)}</li>`,
    )
    .join('');
  const note = every > 1 ? `<p class="dim">${count(drawn.length)} of ${count(points.length)} pictures.</p>` : '';
  return `<ul class="legend">${legend}</ul>${renderMap(drawn, 'Every picture as a point; those that look alike are near each other')}${note}`;
}

function renderDuplicates(parts: ReportParts): string {
  const { total, pictures, groups } = parts.report.duplicates;
  if (total === 0) return '';
  const shown = groups.slice(0, shownInFile.groups).map(
    (group) =>
      `<div class="group"><p>${describeGroup(group)}</p><div class="sheet">${group.samples
        .slice(0, shownInFile.perGroup)
        .map((sample) => picture(sample, parts))
        .join('')}</div></div>`,
  );
  const more = total > shown.length ? `<p class="dim">${count(total - shown.length)} more on the page.</p>` : '';
  return `<p>${count(total)} groups with ${count(pictures)} pictures.</p><div class="groups">${shown.join('')}</div>${more}`;
}

const describeGroup = ({ kind, samples, isDisagreeing, isLeaking, similarity }: DuplicateGroup): string =>
  [
    `${samples.length} ${kind === 'exact' ? 'with the same pixels' : `alike (${similarity.toFixed(3)})`}`,
    ...(isLeaking ? ['<strong>in different splits</strong>'] : []),
    ...(isDisagreeing ? ['<strong>with different labels</strong>'] : []),
  ].join(', ');

function renderPairs(parts: ReportParts): string {
  const { pairs } = parts.report.leakage;
  const shown = pairs
    .slice(0, shownInFile.pairs)
    .map(
      ({ samples, similarity }) =>
        `<div class="group pair"><p>${similarity.toFixed(3)}</p><div class="sheet">${samples.map((sample) => picture(sample, parts, sample.split)).join('')}</div></div>`,
    );
  return shown.length === 0 ? '' : `<div class="groups">${shown.join('')}</div>`;
}

function renderDoubts(parts: ReportParts): string {
  const { items, likelyWrong, labels } = parts.report.doubts;
  if (items.length === 0) return '';
  const shown = items
    .slice(0, shownInFile.doubts)
    .map(({ sample, suggestion, confidence }) =>
      picture(
        sample,
        parts,
        `${suggestion.className}? ${percent(suggestion.confidence)} against ${percent(confidence)}`,
      ),
    );
  return `<p>${count(likelyWrong)} of ${count(labels)} labels. The least probable first.</p><div class="sheet">${shown.join('')}</div>`;
}

function renderOutliers(parts: ReportParts): string {
  const shown = parts.report.outliers
    .slice(0, shownInFile.outliers)
    .map(({ sample, distance }) => picture(sample, parts, `${distance.toFixed(1)} × as far as usual`));
  return shown.length === 0 ? '' : `<div class="sheet">${shown.join('')}</div>`;
}

function renderUnreadable({ unreadable }: ExploreReport): string {
  if (unreadable.total === 0) return '';
  const rows = unreadable.items.map(
    ({ path, code, detail }) =>
      `<tr><td>${escapeHtml(path)}</td><td><code>${escapeHtml(code)}</code></td><td>${escapeHtml(detail)}</td></tr>`,
  );
  return `<table><thead><tr><th>File</th><th>Code</th><th>Why</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function picture(sample: ExploredSample, { pictures }: ReportParts, note?: string | null): string {
  const jpeg = pictures.get(sample.id);
  const name = escapeHtml(sample.path.split('/').at(-1) ?? sample.path);
  const image = jpeg ? `<img alt="" src="data:image/jpeg;base64,${jpeg}">` : '<span class="gap"></span>';
  const label = sample.className === null ? '<em>no label</em>' : escapeHtml(sample.className);
  return `<figure title="${escapeHtml(sample.path)}">${image}<figcaption>${label}${note ? `<br>${escapeHtml(note)}` : ''}<br><span class="dim">${name}</span></figcaption></figure>`;
}

const chart = (title: string, svg: string, note: string): string =>
  `<div class="chart"><h3>${title}</h3>${svg}<p class="dim">${note}</p></div>`;

const className = (name: string | null): string => (name === null ? '<em>no label</em>' : escapeHtml(name));

/** By name, as the page gives marks to classes. */
export const classPosition = ({ classes }: ExploreReport, name: string): number =>
  classes
    .flatMap((one) => (one.className === null ? [] : [one.className]))
    .sort()
    .indexOf(name);

const count = (value: number): string => value.toLocaleString('en-US');
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const number = (value: number): string => (value >= 100 ? count(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1));
