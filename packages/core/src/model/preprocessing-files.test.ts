/** @file Tests of side files as the libraries write them. */
import { expect, test } from 'vitest';
import { parseHuggingFacePreprocessing, parseOwnPreprocessing, parseTimmPreprocessing } from './preprocessing-files.ts';

const half = [0.5, 0.5, 0.5];
const imagenetMean = [0.485, 0.456, 0.406];
const imagenetStd = [0.229, 0.224, 0.225];

test.each([
  [
    'ViT: squash, bilinear',
    { size: { height: 224, width: 224 }, resample: 2, do_resize: true, image_mean: half, image_std: half },
    { widthPx: 224, heightPx: 224, resize: 'squash', cropFraction: 1, interpolation: 'linear', mean: half, std: half },
  ],
  [
    'old ViT: size as a number',
    { size: 224, resample: 2, image_mean: half, image_std: half },
    { widthPx: 224, resize: 'squash' },
  ],
  [
    'DINOv2: shorter side 256, bicubic, center 224',
    {
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      resample: 3,
      rescale_factor: 0.00392156862745098,
      image_mean: imagenetMean,
      image_std: imagenetStd,
    },
    { widthPx: 224, heightPx: 224, resize: 'crop', cropFraction: 0.875, interpolation: 'cubic', std: imagenetStd },
  ],
  [
    'ConvNeXt: crop_pct',
    { size: { shortest_edge: 224 }, crop_pct: 0.875, resample: 3, image_mean: imagenetMean, image_std: imagenetStd },
    { widthPx: 224, resize: 'crop', cropFraction: 0.875 },
  ],
  [
    'MobileNetV1: old crop',
    { size: 256, do_center_crop: true, crop_size: 224, resample: 2, image_mean: half, image_std: half },
    { widthPx: 224, resize: 'crop', cropFraction: 0.875 },
  ],
  [
    'no rescale and no normalization: 0 to 255',
    { size: 64, resample: 0, do_rescale: false, do_normalize: false },
    { interpolation: 'nearest', mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
  ],
])('preprocessor_config.json of %s', (_, config, expected) => {
  expect(parseHuggingFacePreprocessing(JSON.stringify(config))).toEqual({
    preprocessing: expect.objectContaining(expected),
  });
});

test('timm: center crop with crop_pct and bicubic', () => {
  const config = {
    architecture: 'x',
    pretrained_cfg: {
      input_size: [3, 224, 256],
      crop_pct: 0.9,
      interpolation: 'bicubic',
      mean: imagenetMean,
      std: imagenetStd,
    },
  };

  expect(parseTimmPreprocessing(JSON.stringify(config))).toEqual({
    preprocessing: {
      widthPx: 256,
      heightPx: 224,
      resize: 'crop',
      cropFraction: 0.9,
      interpolation: 'cubic',
      channelOrder: 'RGB',
      mean: imagenetMean,
      std: imagenetStd,
    },
  });
});

test("another library's config.json states nothing", () => {
  expect(parseTimmPreprocessing('{"model_type": "vit", "image_size": 224}')).toBeUndefined();
});

test('our own file fills defaults and refuses what it does not know how to do', () => {
  expect(parseOwnPreprocessing('{"widthPx": 96, "heightPx": 96, "channelOrder": "BGR"}')).toMatchObject({
    preprocessing: { widthPx: 96, resize: 'squash', channelOrder: 'BGR', mean: half },
  });
  expect(parseOwnPreprocessing('{"widthPx": 96, "heightPx": 96, "resize": "warp"}')).toEqual({
    problem: expect.stringContaining('resize'),
  });
  expect(parseOwnPreprocessing('nonsense')).toHaveProperty('problem');
});

test.each([
  ['no size', { resample: 2, image_mean: half, image_std: half }],
  ['a filter we do not have', { size: 224, resample: 5, image_mean: half, image_std: half }],
  ['two means', { size: 224, image_mean: [0.5, 0.5], image_std: half }],
  ['a std of zero', { size: 224, image_mean: half, image_std: [0, 0, 0] }],
  ['a size beyond reason', { size: 1e9, image_mean: half, image_std: half }],
])('a stated preprocessing with %s is a problem, not a guess', (_, config) => {
  expect(parseHuggingFacePreprocessing(JSON.stringify(config))).toHaveProperty('problem');
});
