/** @file `tintype explore`: what a dataset looks like and what is wrong with it, as text, JSON or one HTML file. */
import type { ExploreReport, ExploreStage } from '@tintype/contracts/explore';
import type { CommandRecord } from '../command.ts';
import { counted, duration, integer, printable, table } from '../format.ts';
import { version } from '../version.ts';

const stageWords: Record<ExploreStage, string> = {
  measure: 'measuring',
  features: 'extracting features',
  map: 'laying out',
  duplicates: 'comparing',
  classes: 'averaging classes',
  labels: 'doubting labels',
  umap: 'drawing the map',
};

export const exploreCommand: CommandRecord = {
  name: 'explore',
  summary: 'show what a dataset looks like: balance, measures, duplicates, leakage, outliers, doubtful labels',
  options: [
    { flags: '--dataset <name>', description: 'dataset to explore; needed where there are several' },
    { flags: '--html <file>', description: 'also write the report into one HTML file that needs nothing beside it' },
  ],
  examples: ['tintype explore', 'tintype explore --html report.html', 'tintype explore --dataset scenes --json'],
  async run(context, _args, options) {
    const [{ exploreDataset }, { resolveLabelBackbone }] = await Promise.all([
      import('@tintype/core/explore/explore-dataset'),
      import('@tintype/core/label/resolve-label-backbone'),
    ]);
    const file = options.html as string | undefined;
    if (file !== undefined) await (await import('../write-whole-file.ts')).assertWritable(file);
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    await using engine = await context.openExploreEngine();
    const { catalog, store, clock, hub, config } = workspace;
    const { limits } = config;
    const { signal, output } = context;
    const report = await exploreDataset(
      { catalog, measures: catalog.measures, store, clock, pictures: pool, engine },
      { dataset: options.dataset as string | undefined },
      {
        resolve: () => resolveLabelBackbone({ catalog, store, hub, pool }, workspace),
        limits,
        signal,
        onProgress: ({ stage, done, total }) =>
          output.progress(`explore  ${stageWords[stage]} ${total > 1 ? `${integer(done)} of ${integer(total)}` : ''}`),
      },
    );
    if (file !== undefined) {
      const [{ writeReportHtml }, { writeWholeFile }] = await Promise.all([
        import('@tintype/core/explore/write-report-html'),
        import('../write-whole-file.ts'),
      ]);
      const html = await writeReportHtml({ samples: catalog.samples, store, pool }, report, {
        limits,
        version,
        signal,
      });
      await writeWholeFile(file, html);
    }
    output.result({ ...report, ...(file === undefined ? {} : { html: file }) }, () => render(report, file));
  },
};

function render(report: ExploreReport, file: string | undefined): string {
  const { dataset, pictures, classes, findings, durationMs } = report;
  return [
    `dataset "${dataset}": ${counted(pictures, 'picture')}, explored in ${duration(durationMs)}`,
    table(
      ['class', '>pictures', '>brightness', '>sharpness'],
      classes.map((one) => [
        printable(one.className ?? '(no label)'),
        integer(one.pictures),
        one.measures.brightness ? one.measures.brightness.median.toFixed(2) : '-',
        one.measures.sharpness ? integer(Math.round(one.measures.sharpness.median)) : '-',
      ]),
    ),
    ...(findings.length === 0 ? ['Nothing stands out.'] : findings.map(renderFinding)),
    ...(file === undefined ? ['Next: tintype explore --html report.html, or the Explore screen of tintype start'] : []),
    ...(file === undefined ? [] : [`Written to ${file}`]),
  ].join('\n');
}

const renderFinding = ({ weight, sentence, advice }: ExploreReport['findings'][number]): string =>
  printable(`${weight === 'grave' ? '!' : '-'} ${sentence} ${advice}`);
