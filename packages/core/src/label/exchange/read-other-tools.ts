/** @file Labels of CVAT (XML for images 1.1), Custom Vision (tagged images) and COCO (images, annotations, categories). */
import type { WrittenLabel, WrittenLabels } from './labels.types.ts';
import { listTags } from './xml-tags.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The one class among those that were given; otherwise why there is none. */
function settle(name: string, classes: readonly string[]): { label: WrittenLabel } | { reason: string } {
  const unique = [...new Set(classes)];
  const [className] = unique;
  if (className === undefined) return { reason: 'it has no class' };
  return unique.length > 1
    ? { reason: `it has several classes: ${unique.join(', ')}` }
    : { label: { name, className } };
}

function gather(pictures: Iterable<{ name: string; classes: readonly string[] }>): WrittenLabels {
  const written: WrittenLabels = { labels: [], skipped: [] };
  for (const { name, classes } of pictures) {
    const settled = settle(name, classes);
    if ('label' in settled) written.labels.push(settled.label);
    else written.skipped.push({ name, reason: settled.reason });
  }
  return written;
}

/** Tags of whole pictures; boxes and other shapes are left out. https://docs.cvat.ai/docs/dataset_management/formats/format-cvat/ */
export function readCvat(source: string): WrittenLabels | undefined {
  if (!/<annotations[\s>]/.test(source.slice(0, 2000))) return undefined;
  const pictures: { name: string; classes: string[] }[] = [];
  let isInside = false;
  for (const { name, attributes, kind } of listTags(source)) {
    if (name === 'image' && kind !== 'close') pictures.push({ name: attributes.name ?? '(no name)', classes: [] });
    if (name === 'image') isInside = kind === 'open';
    if (isInside && name === 'tag' && kind !== 'close' && attributes.label)
      pictures.at(-1)?.classes.push(attributes.label);
  }
  return gather(pictures);
}

/** What its training API answers to GET .../images/tagged, and scripts that download a project keep. */
export function readCustomVision(json: unknown): WrittenLabels | undefined {
  const images = Array.isArray(json) ? json : isObject(json) && Array.isArray(json.images) ? json.images : [];
  const isTagged = (image: unknown): image is Json =>
    isObject(image) && Array.isArray(image.tags) && image.tags.every((tag) => isObject(tag) && 'tagName' in tag);
  if (images.length === 0 || !images.every(isTagged)) return undefined;
  return gather(
    images.map((image) => ({
      name: text(image.fileName) || text(image.id) || text(image.originalImageUri),
      classes: (image.tags as Json[]).map((tag) => text(tag.tagName)),
    })),
  );
}

/** Also what Custom Vision's own script exports for Azure Machine Learning. Classes of whole pictures; several boxes of one class are that class. */
export function readCoco(json: unknown): WrittenLabels | undefined {
  if (!isObject(json)) return undefined;
  const lists = [json.images, json.annotations, json.categories];
  if (!lists.every((list) => Array.isArray(list) && list.every(isObject))) return undefined;
  const [images, annotations, categories] = lists as [Json[], Json[], Json[]];
  const classOf = new Map(categories.map((one) => [one.id, text(one.name)]));
  const classesOf = new Map<unknown, string[]>();
  for (const { image_id: id, category_id: category } of annotations)
    classesOf.set(id, [...(classesOf.get(id) ?? []), classOf.get(category) ?? '']);
  return gather(
    images.map((image) => ({
      name: text(image.file_name) || text(image.coco_url) || text(image.absolute_url),
      classes: (classesOf.get(image.id) ?? []).filter(Boolean),
    })),
  );
}
