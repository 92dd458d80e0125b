/** @file For the benchmark of the grid: what somebody asks of 100,000 pictures, every kind of filter, alone and together, and jumps into the list. */
import { annotators, classNames, tags } from './fill-catalog.mjs';

/** Yields `count` different queries; a jump goes anywhere, also to the end. */
export function listQueries({ pictures, count }) {
  const filters = [
    {},
    { class: classNames[3] },
    { class: '' },
    { split: 'test' },
    { class: classNames[1], split: 'train' },
    { dataset: 'line' },
    { dataset: 'line', class: classNames[5], split: 'test' },
    { tag: tags[0] },
    { tag: tags[2], class: classNames[2] },
    { annotator: annotators[1] },
    { annotator: annotators[0], class: classNames[7] },
    { source: 'human' },
    { issue: 'near-duplicate' },
    { text: '7777' },
    { text: 'shelf' },
    { text: 'nowhere at all' },
    { from: '2026-10-02', to: '2026-10-04' },
    { version: 'bench@1' },
    { version: 'bench@1', wrong: 'true' },
    { version: 'bench@1', class: classNames[4], predicted: classNames[5] },
    { version: 'bench@1', confidence: '0.2:0.6' },
    { version: 'bench@1', confidence: ':0.5', sort: 'confidence' },
    { version: 'bench@1', wrong: 'true', sort: '-confidence' },
    { measure: 'brightness:0:0.2' },
    { measure: 'sharpness::50', class: classNames[6] },
    { measure: 'brightness:0.4:', sort: 'brightness' },
    { group: 'shelf 7' },
    { tag: tags[1], version: 'bench@1', wrong: 'true', split: 'test' },
  ];
  const sorts = [undefined, '-added', 'path', 'label', '-size', 'sharpness', '-outlier'];
  const places = [0, 0, 0.5, 1];
  const queries = [];
  for (let n = 0; queries.length < count; n += 1) {
    const filter = filters[n % filters.length];
    const round = Math.floor(n / filters.length);
    const sort = filter.sort ?? sorts[(round + (n % 3)) % sorts.length];
    const place = places[(round + n) % places.length];
    const offset = Math.max(0, Math.floor(place * pictures) - 200);
    const stated = { ...filter, sort, offset: offset === 0 ? undefined : offset, limit: 200, removed: 'false' };
    const set = Object.entries(stated).filter(([, value]) => value !== undefined);
    queries.push(new URLSearchParams(set.map(([name, value]) => [name, String(value)])).toString());
  }
  return queries;
}
