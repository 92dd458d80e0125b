/** @file What the small server of the page's tests answers about pictures: lists, tags, groups, views, labels, from memory. */
import type { ListedSample, SampleKey } from '@tintype/contracts/catalog';
import type { FilterChoices, View } from '@tintype/contracts/curation';
import { TintypeError } from '@tintype/contracts/errors';
import type { LabelEvent } from '@tintype/contracts/label';
import { fixtureClasses } from './web-fixture-data.ts';

/** The version that has answered for every picture. */
export const answeringVersion = 'recyclables@3';

export interface CatalogFixture {
  /** Undefined where the address is of something else. */
  answer(method: string, url: URL, body: Buffer): unknown;
}

export function openCatalogFixture(samples: readonly ListedSample[]): CatalogFixture {
  const tagsOf = new Map<string, Set<string>>();
  const events = new Map<string, LabelEvent[]>();
  const views: View[] = [];
  const lists = new Map<string, string[]>();
  const byId = new Map(samples.map((sample) => [sample.id, sample]));
  const find = (id: string): ListedSample => {
    const sample = byId.get(id) ?? samples.find((one) => one.id === id);
    if (!sample) throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: id });
    return sample;
  };

  function matching(query: URLSearchParams): ListedSample[] {
    const isTrash = query.get('removed') === 'true';
    const text = (query.get('text') ?? '').toLowerCase();
    const view = query.get('view');
    const listed = view === null ? samples : (lists.get(view) ?? []).map(find);
    const stated = {
      dataset: 'dataset',
      class: 'className',
      split: 'split',
      group: 'group',
      annotator: 'annotator',
    } as const;
    const wanted = Object.entries(stated).flatMap(([given, name]) => {
      const value = query.get(given);
      return value === null ? [] : [{ name, value: value === '' ? null : value }];
    });
    const found = listed.filter(
      (sample) =>
        (sample.removedAt !== null) === isTrash &&
        wanted.every(({ name, value }) => sample[name] === value) &&
        (text === '' || sample.path.toLowerCase().includes(text)) &&
        (query.get('tag') === null || tagsOf.get(sample.id)?.has(query.get('tag') ?? '') === true),
    );
    const answered =
      query.get('version') === null ? found : found.map(withPrediction).filter((one) => isAsked(one, query));
    return sorted(answered, query.get('sort'));
  }

  function page<T>(query: URLSearchParams, toItem: (sample: ListedSample) => T): unknown {
    const found = matching(query);
    const start = Number(query.get('offset') ?? query.get('cursor') ?? 0);
    const end = start + Number(query.get('limit') ?? 200);
    const next = end < found.length ? { nextCursor: String(end) } : {};
    return { items: found.slice(start, end).map(toItem), total: found.length, ...next };
  }

  function choices(): FilterChoices {
    const count = (names: readonly (string | null)[]) =>
      [...new Set(names)].flatMap((name) =>
        name === null ? [] : [{ name, samples: names.filter((other) => other === name).length }],
      );
    const kept = samples.filter(({ removedAt }) => removedAt === null);
    return {
      tags: count(kept.flatMap(({ id }) => [...(tagsOf.get(id) ?? [])])),
      groups: count(kept.map(({ group }) => group)),
      annotators: count(kept.map(({ annotator }) => annotator)),
      sources: [{ name: 'folder', samples: kept.length }],
      issues: [{ name: 'near-duplicate', samples: 12 }],
      versions: [{ model: 'recyclables', version: 3, samples: samples.length }],
      measures: [
        { name: 'brightness', least: 0.04, most: 0.93 },
        { name: 'sharpness', least: 3.2, most: 2210 },
      ],
    };
  }

  function label(body: { events: { id: string; sampleId: string; className: string | null }[] }): unknown {
    for (const { id, sampleId, className } of body.events) {
      const sample = find(sampleId);
      const event = { id, sampleId, className, annotator: 'local', source: 'human' as const, at: Date.now() };
      events.set(sampleId, [...historyOf(sample), event]);
      Object.assign(sample, { className, annotator: 'local', labelSource: 'human', labeledAt: event.at });
    }
    return { changed: body.events.length };
  }

  function historyOf(sample: ListedSample): LabelEvent[] {
    const known = events.get(sample.id);
    if (known || sample.className === null) return known ?? [];
    const base = { sampleId: sample.id, at: sample.createdAt };
    return [
      { ...base, id: `${sample.id}-1`, className: 'boxes', annotator: 'ingest', source: 'folder' },
      {
        ...base,
        id: `${sample.id}-2`,
        className: sample.className,
        annotator: 'ada',
        source: 'human',
        at: sample.createdAt + 86_400_000,
      },
    ];
  }

  function tag(body: { ids: string[]; tag: string }, isAdded: boolean): unknown {
    const changed = body.ids.filter((id) => {
      const own = tagsOf.get(id) ?? new Set();
      if (own.has(body.tag) === isAdded) return false;
      if (isAdded) own.add(body.tag);
      else own.delete(body.tag);
      tagsOf.set(id, own);
      return true;
    });
    return { changed: changed.length, ids: changed };
  }

  function regroup(body: { ids: string[]; group: string | null }): unknown {
    const was = new Map<string | null, string[]>();
    for (const id of body.ids) {
      const sample = find(id);
      if (sample.group === body.group) continue;
      was.set(sample.group, [...(was.get(sample.group) ?? []), id]);
      sample.group = body.group;
    }
    const before = [...was].map(([group, ids]) => ({ group, ids }));
    return { changed: before.flatMap(({ ids }) => ids).length, was: before };
  }

  function addView(body: { name?: string; query?: View['query']; ids?: string[] }): View {
    if (views.some(({ name }) => name !== null && name === body.name))
      throw new TintypeError('VIEW_EXISTS', { name: body.name ?? '' });
    const id = `view_${String(views.length).padStart(20, '0')}`;
    const { name = null, query = null, ids } = body;
    const view = { id, name, query, samples: ids?.length ?? null, createdBy: 'local', createdAt: Date.now() };
    if (ids) lists.set(id, ids);
    views.push(view);
    return view;
  }

  function findView(id: string | undefined): View {
    const view = views.find((one) => one.id === id);
    if (!view) throw new TintypeError('VIEW_NOT_FOUND', { view: id ?? '' });
    return view;
  }

  function describe(sample: ListedSample): unknown {
    const { prediction } = withPrediction(sample);
    const answer = { model: 'recyclables', sampleId: sample.id, className: sample.className, probabilities: null };
    return {
      ...sample,
      labels: historyOf(sample),
      tags: [...(tagsOf.get(sample.id) ?? [])],
      predictions: [3, 2].map((version) => ({ ...answer, version, ...prediction })),
      measures: {
        sampleId: sample.id,
        brightness: 0.42,
        contrast: 0.21,
        sharpness: 312.5,
        saturation: 0.35,
        colorfulness: 28.1,
        entropy: 7.1,
        outlier: null,
      },
      uses:
        sample.split === null
          ? []
          : [
              {
                snapshot: 'snap_9f2c1a7b3e5d4c60',
                createdAt: sample.createdAt + 90_000_000,
                split: sample.split,
                className: sample.className ?? 'boxes',
                runs: ['run_1'],
                versions: [3, 2].map((version) => ({ model: 'recyclables', version })),
              },
            ],
    };
  }

  return {
    answer(method, url, body) {
      const route = `${method} ${url.pathname}`;
      const json = <T>(): T => JSON.parse(body.toString()) as T;
      const [, , kind, id, part] = url.pathname.split('/');
      switch (route) {
        case 'GET /api/samples':
          return page(url.searchParams, (sample) => sample);
        case 'GET /api/samples/keys':
          return page(url.searchParams, ({ id: own, className, group }): SampleKey => ({ id: own, className, group }));
        case 'GET /api/samples/choices':
          return choices();
        case 'POST /api/samples/tag':
        case 'POST /api/samples/untag':
          return tag(json(), route.endsWith('/tag'));
        case 'POST /api/samples/group':
          return regroup(json());
        case 'POST /api/label/events':
          return label(json());
        case 'GET /api/views':
          return { items: views.filter(({ name }) => name !== null) };
        case 'POST /api/views':
          return addView(json());
        default:
      }
      if (kind === 'views' && id !== undefined)
        return method === 'GET' ? findView(id) : Object.assign(findView(id), json<{ name: string | null }>());
      if (kind !== 'samples' || id === undefined || method !== 'GET') return undefined;
      if (part === 'neighbors') {
        const like = samples
          .filter((sample) => sample.className === find(id).className && sample.id !== id)
          .slice(0, 12);
        return { items: like.map((sample, n) => ({ sample, similarity: 0.98 - n * 0.013 })) };
      }
      return part === undefined ? describe(find(id)) : undefined;
    },
  };
}

/** Made up, always the same for a picture. */
function withPrediction(sample: ListedSample): ListedSample {
  const draw = Number.parseInt(sample.id.slice(2, 8), 16);
  const own = sample.className ?? fixtureClasses[0] ?? '';
  const predicted = draw % 9 === 0 ? (fixtureClasses[draw % fixtureClasses.length] ?? own) : own;
  return { ...sample, prediction: { predicted, confidence: 0.35 + (draw % 640) / 1000 } };
}

function isAsked({ prediction, className }: ListedSample, query: URLSearchParams): boolean {
  const predicted = query.get('predicted');
  const wrong = query.get('wrong');
  if (predicted !== null && prediction?.predicted !== predicted) return false;
  return wrong === null || (className !== null && (prediction?.predicted !== className) === (wrong === 'true'));
}

function sorted(samples: ListedSample[], sort: string | null): ListedSample[] {
  if (sort === null) return samples;
  const by = sort.replace('-', '');
  const valueOf = (sample: ListedSample): string | number =>
    by === 'path'
      ? sample.path
      : by === 'size'
        ? sample.sizeBytes
        : by === 'confidence'
          ? (sample.prediction?.confidence ?? 0)
          : sample.createdAt;
  const ascending = samples.toSorted((a, b) => (valueOf(a) < valueOf(b) ? -1 : 1));
  return sort.startsWith('-') ? ascending.toReversed() : ascending;
}
