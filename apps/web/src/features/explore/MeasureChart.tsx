/** @file One measure over the dataset, with what is unusual about it; bars and sentences lead to the pictures. */
import type { ExploredMeasure, PixelMeasureName, Unusual } from '@tintype/contracts/explore';
import { Link } from 'wouter';
import { formatCount } from '../../components/format.ts';
import { type Bin, Histogram } from './Histogram.tsx';
import { binPath, unusualPath } from './links.ts';
import classes from './MeasureChart.module.css';

const titles: Record<PixelMeasureName, { title: string; unit: string; digits: number }> = {
  brightness: { title: 'Brightness', unit: '', digits: 2 },
  contrast: { title: 'Contrast', unit: '', digits: 2 },
  sharpness: { title: 'Sharpness', unit: '', digits: 0 },
  saturation: { title: 'Saturation', unit: '', digits: 2 },
  colorfulness: { title: 'Colorfulness', unit: '', digits: 0 },
  entropy: { title: 'Entropy', unit: 'bits', digits: 1 },
};

export const unusualWords: Record<Unusual['name'], string> = {
  dark: 'nearly black',
  bright: 'nearly white',
  flat: 'without contrast',
  blurred: 'blurred',
  gray: 'without color',
};

export function MeasureChart({ measured, dataset }: { measured: ExploredMeasure; dataset: string }) {
  const { measure, histogram, spread, unusual } = measured;
  const { title, unit, digits } = titles[measure];
  const isHot = ({ from, to }: Bin): boolean =>
    unusual.some((bound) => (from + to) / 2 >= bound.from && (from + to) / 2 <= bound.to);
  const found = unusual.filter(({ pictures }) => pictures > 0);
  return (
    <div>
      <Histogram
        title={title}
        unit={unit}
        histogram={histogram}
        note={`median ${formatCount(Number(spread.median.toFixed(digits)))}`}
        isHot={isHot}
        pathOf={(bin) => binPath(dataset, measure, bin)}
      />
      <p className={classes.unusual}>
        {found.map((bound) => (
          <Link key={bound.name} href={unusualPath(dataset, measure, bound)}>
            {formatCount(bound.pictures)} {unusualWords[bound.name]}
          </Link>
        ))}
      </p>
    </div>
  );
}
