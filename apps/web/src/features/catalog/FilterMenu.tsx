/** @file The filters that are asked for less often, behind one button that says how many are on. */
import { Button, NativeSelect, Popover, TextInput } from '@mantine/core';
import { type MeasureName, parseMeasureRange, parseRange, type Range, renderRange } from '@tintype/contracts/catalog';
import type { FilterChoices } from '@tintype/contracts/curation';
import { splits } from '@tintype/contracts/ids';
import { useState } from 'react';
import { formatCount } from '../../components/format.ts';
import { FilterIcon } from '../../components/icons.tsx';
import classes from './FilterMenu.module.css';
import { issueWords, listFilterWords, measureWords, sourceWords, withoutNames } from './filter-words.ts';
import type { PicturesQuery } from './gallery-filter.ts';
import { RangeFields } from './RangeFields.tsx';
import { useChoices } from './use-views.ts';

interface FilterMenuProps {
  query: PicturesQuery;
  datasets: readonly string[];
  classNames: readonly string[];
  onChange: (query: PicturesQuery) => void;
}

const nothing: FilterChoices = {
  tags: [],
  groups: [],
  annotators: [],
  sources: [],
  issues: [],
  versions: [],
  measures: [],
};

export function FilterMenu({ query, datasets, classNames, onChange }: FilterMenuProps) {
  const [isOpen, setOpen] = useState(false);
  const { data: choices = nothing } = useChoices({ isWanted: isOpen });
  const on = listFilterWords(query).filter(({ names }) => !names.includes('view')).length;
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom-start"
      width="min(720px, calc(100vw - 24px))"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          variant={on > 0 ? 'light' : 'default'}
          leftSection={<FilterIcon size={18} />}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          Filters {on > 0 && <span className={classes.on}>{on}</span>}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={16} className={classes.menu}>
        <PhoneFilters query={query} datasets={datasets} onChange={onChange} />
        <LabelFilters query={query} choices={choices} onChange={onChange} />
        <AnswerFilters query={query} choices={choices} classNames={classNames} onChange={onChange} />
        <PixelFilters query={query} choices={choices} onChange={onChange} />
      </Popover.Dropdown>
    </Popover>
  );
}

interface PartProps {
  query: PicturesQuery;
  choices: FilterChoices;
  onChange: (query: PicturesQuery) => void;
}

interface Option {
  value: string;
  label: string;
}

/** What the query asks for stays an option, also where nothing has it any more. */
function optionsOf(all: string, options: readonly Option[], value: string | undefined): Option[] {
  const isKnown = value === undefined || options.some((option) => option.value === value);
  return [{ value: '', label: all }, ...options, ...(isKnown ? [] : [{ value, label: value }])];
}

const counted = ({ name, samples }: { name: string; samples: number }): Option => ({
  value: name,
  label: `${name} (${formatCount(samples)})`,
});

/** What stands in the bar where it is wide enough. */
function PhoneFilters({ query, datasets, onChange }: Omit<PartProps, 'choices'> & { datasets: readonly string[] }) {
  return (
    <fieldset className={classes.phone}>
      <legend>Where it belongs</legend>
      {datasets.length > 1 && (
        <Select
          label="Of the dataset"
          value={query.dataset}
          options={optionsOf('Any', datasets.map(toOption), query.dataset)}
          onChange={(dataset) => onChange({ ...query, dataset: dataset || undefined, class: undefined })}
        />
      )}
      <Select
        label="In the split"
        value={query.split}
        options={optionsOf('Any', splits.map(toOption), query.split)}
        onChange={(value) => onChange({ ...query, split: splits.find((name) => name === value) })}
      />
    </fieldset>
  );
}

const toOption = (name: string): Option => ({ value: name, label: name });

function LabelFilters({ query, choices, onChange }: PartProps) {
  const set = (name: 'tag' | 'group' | 'annotator' | 'source' | 'issue' | 'from' | 'to') => (value: string) =>
    onChange({ ...withoutNames(query, [name]), ...(value === '' ? {} : { [name]: value }) });
  const sources = choices.sources.map((one) => ({
    value: one.name,
    label: `${sourceWords[one.name]} (${formatCount(one.samples)})`,
  }));
  const issues = choices.issues.map((one) => ({
    value: one.name,
    label: `${issueWords[one.name]} (${formatCount(one.samples)})`,
  }));
  return (
    <fieldset className={classes.part}>
      <legend>Curation and labels</legend>
      <Select
        label="Tag"
        value={query.tag}
        options={optionsOf('Any tag', choices.tags.map(counted), query.tag)}
        onChange={set('tag')}
      />
      <Select
        label="Group"
        value={query.group}
        options={optionsOf('Any group', choices.groups.map(counted), query.group)}
        onChange={set('group')}
      />
      <Select
        label="Labeled by"
        value={query.annotator}
        options={optionsOf('Anybody', choices.annotators.map(counted), query.annotator)}
        onChange={set('annotator')}
      />
      <Select
        label="Where the label is from"
        value={query.source}
        options={optionsOf('Anywhere', sources, query.source)}
        onChange={set('source')}
      />
      <Select
        label="Issue"
        value={query.issue}
        options={optionsOf('With or without', issues, query.issue)}
        onChange={set('issue')}
      />
      <div className={classes.pair}>
        <Day label="Added from" value={query.from} onChange={set('from')} />
        <Day label="Added until" value={query.to} onChange={set('to')} />
      </div>
    </fieldset>
  );
}

function AnswerFilters({ query, choices, classNames, onChange }: PartProps & { classNames: readonly string[] }) {
  const names = choices.versions.map(({ model, version, samples }) =>
    counted({ name: `${model}@${version}`, samples }),
  );
  const range = query.confidence === undefined ? {} : parseRange(query.confidence);
  const toPercent = (share: number | undefined): number | undefined => share && Math.round(share * 1000) / 10;
  const ofPercent = (percent: number | undefined): number | undefined => percent && percent / 100;
  return (
    <fieldset className={classes.part}>
      <legend>What a model answered</legend>
      <Select
        label="Version"
        value={query.version}
        options={optionsOf(names.length === 0 ? 'No version has answered yet' : 'Any', names, query.version)}
        onChange={(version) =>
          onChange(
            version === ''
              ? withoutNames(query, ['version', 'predicted', 'confidence', 'wrong'])
              : { ...query, version },
          )
        }
      />
      {query.version !== undefined && (
        <>
          <Select
            label="Answer"
            value={query.predicted}
            options={optionsOf(
              'Any class',
              classNames.map((name) => ({ value: name, label: name })),
              query.predicted,
            )}
            onChange={(predicted) => onChange({ ...query, predicted: predicted || undefined })}
          />
          <Select
            label="Right or wrong"
            value={query.wrong === undefined ? undefined : String(query.wrong)}
            options={[
              { value: '', label: 'Both' },
              { value: 'true', label: 'Not the label' },
              { value: 'false', label: 'The label' },
            ]}
            onChange={(wrong) => onChange({ ...query, wrong: wrong === '' ? undefined : wrong === 'true' })}
          />
          <RangeFields
            label="Sure, in percent"
            range={{ low: toPercent(range.low), high: toPercent(range.high) }}
            limits={{ low: 0, high: 100 }}
            onChange={({ low, high }) =>
              onChange({ ...query, confidence: toText({ low: ofPercent(low), high: ofPercent(high) }) })
            }
          />
        </>
      )}
    </fieldset>
  );
}

const toText = (range: Range): string | undefined =>
  range.low === undefined && range.high === undefined ? undefined : renderRange(range);

function PixelFilters({ query, choices, onChange }: PartProps) {
  const asked = query.measure === undefined ? undefined : parseMeasureRange(query.measure);
  const known = choices.measures.map(({ name }) => ({ value: name, label: measureWords[name].name }));
  const ends = choices.measures.find(({ name }) => name === asked?.name);
  if (known.length === 0 && !asked) return null;
  return (
    <fieldset className={classes.part}>
      <legend>What was measured on the pixels</legend>
      <Select
        label="Measure"
        value={asked?.name}
        options={optionsOf('None', known, asked?.name)}
        onChange={(name) => onChange({ ...query, measure: name === '' ? undefined : `${name}::` })}
      />
      {asked && (
        <RangeFields
          label="From and to"
          range={asked}
          limits={ends ? { low: ends.least, high: ends.most } : {}}
          onChange={(range) => onChange({ ...query, measure: renderMeasure(asked.name, range) })}
        />
      )}
    </fieldset>
  );
}

const renderMeasure = (name: MeasureName, range: Range): string => `${name}:${renderRange(range)}`;

interface SelectProps {
  label: string;
  value: string | undefined;
  options: Option[];
  onChange: (value: string) => void;
}

function Select({ label, value, options, onChange }: SelectProps) {
  return (
    <NativeSelect
      label={label}
      size="xs"
      value={value ?? ''}
      data={options}
      disabled={options.length < 2}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function Day({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <TextInput
      label={label}
      size="xs"
      type="date"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
