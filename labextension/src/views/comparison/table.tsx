/** The table: a column for each run, a row for what differs, the change against the baseline in each cell. */

import type { ComponentChildren } from 'preact';
import { Fragment } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { Cell } from '../columns';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { count, exact, MISSING } from '../parts/format';
import { Icon } from '../parts/icons';
import { Status } from '../parts/status';
import { cut, tip, UserText, visible } from '../parts/text';
import type { CompareState, ComparisonData, RunHead } from './data';
import { changeOf, isSame, pieces } from './differences';
import { GROUPS, type Row, readRows, search } from './rows';
import { RunChip } from './run-mark';

const CELLS = 3000; // drawn at once: more take the browser too long
const FEWEST_ROWS = 25;
const NAME_LENGTH = 30;
const VALUE_LENGTH = 44;
const MANY = 8;
const MARKS = { better: '▲', worse: '▼', same: '', other: '' } as const;

export interface TableProps {
  data: ComparisonData;
  state: Readonly<CompareState>;
  baseline: RunHead;
  selected: readonly string[];
  arrange: (patch: Partial<CompareState>) => void;
  onPick: (id: string, add: boolean) => void;
}

/** The table with its tools. */
export function ComparisonTable(props: TableProps) {
  const { data, state, baseline, arrange } = props;
  const { runs } = data;
  const [more, setMore] = useState(1);
  const all = useMemo(() => readRows(data.rows, runs.length), [data.rows, runs]);
  const differing = useMemo(() => all.filter(row => row.differs), [all]);
  const alone = runs.length < 2;
  const only = !alone && (state.differences ?? true);
  const words = state.search ?? '';
  const found = search(only ? differing : all, words);
  const page = Math.max(FEWEST_ROWS, Math.floor(CELLS / Math.max(runs.length, 1)));
  const shown = found.slice(0, page * more);
  const order = [baseline, ...runs.filter(run => run !== baseline)];
  const places = order.map(run => runs.indexOf(run));
  return (
    <section class="nbf-compare-part" aria-label="What differs">
      <div class="nbf-compare-tools" role="toolbar" aria-label="What the table shows">
        {!alone && (
          <Button
            label={only ? 'Show what is the same too' : 'Show only what differs'}
            pressed={only}
            onClick={() => arrange({ differences: !only })}
          >
            Differences only
          </Button>
        )}
        {all.length > MANY && (
          <TextField
            label="Search the rows"
            type="search"
            icon="search"
            value={words}
            onInput={text => arrange({ search: text })}
            placeholder="Search"
          />
        )}
        <span class="nbf-soft">{said(all.length, differing.length, alone)}</span>
      </div>
      {found.length === 0 ? (
        <p class="nbf-soft">{nothing(words, only, all.length)}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
        <section class="nbf-compare-scroll" tabIndex={0} aria-label="Table of the comparison">
          <table class="nbf-compare-table">
            <thead>
              <tr>
                <td />
                {order.map(run => (
                  <Head key={run.id} run={run} isBaseline={run === baseline && !alone} {...props} />
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map((row, at) => (
                <Fragment key={row.column.id}>
                  {row.column.kind !== shown[at - 1]?.column.kind && (
                    <tr class="nbf-compare-group">
                      <th scope="rowgroup">{GROUPS[row.column.kind]}</th>
                      <td colSpan={order.length} />
                    </tr>
                  )}
                  <Line row={row} places={places} runs={runs} selected={props.selected} />
                </Fragment>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {shown.length < found.length && (
        <Button label="Show more rows" look="plain" onClick={() => setMore(more + 1)}>
          {`${(found.length - shown.length).toLocaleString('en')} more`}
        </Button>
      )}
      <p class="nbf-compare-legend">
        {shown.some(row => row.best !== null) && '★ best value (↑ highest, ↓ lowest is best). '}
        {!alone && 'Changes are against the baseline.'}
      </p>
    </section>
  );
}

interface HeadProps extends TableProps {
  run: RunHead;
  isBaseline: boolean;
}

function Head({ run, isBaseline, data, selected, arrange, onPick }: HeadProps) {
  const isSelected = selected.includes(run.id);
  return (
    <th scope="col" class={isSelected ? 'nbf-compare-picked' : undefined}>
      <RunChip run={run} selected={isSelected} faded={false} onPick={onPick} />
      <div class="nbf-compare-under">
        {run.status && <Status status={run.status} />}
        {isBaseline ? (
          <span class="nbf-compare-baseline">
            <Icon name="pin" />
            baseline
          </span>
        ) : (
          data.runs.length > 1 && (
            <Button
              label={`Compare with ${run.letter}, ${cut(visible(run.name), NAME_LENGTH)}: make it the baseline`}
              icon="pin"
              look="plain"
              onClick={() => arrange({ baseline: run.id })}
            />
          )
        )}
      </div>
    </th>
  );
}

interface LineProps {
  row: Row;
  places: readonly number[];
  runs: readonly RunHead[];
  selected: readonly string[];
}

function Line({ row, places, runs, selected }: LineProps) {
  const { column, values } = row;
  const base = values[places[0] ?? 0] ?? null;
  const arrow = column.best === 'max' ? ' ↑' : column.best === 'min' ? ' ↓' : '';
  return (
    <tr>
      <th scope="row">
        <UserText text={column.name} limit={NAME_LENGTH} />
        {arrow && <span class="nbf-soft">{arrow}</span>}
      </th>
      {places.map((place, at) => {
        const value = values[place] ?? null;
        const isOther = at > 0 && !isSame(value, base);
        const isPicked = selected.includes(runs[place]?.id ?? '');
        const names = [isOther ? 'nbf-compare-other' : '', isPicked ? 'nbf-compare-picked' : ''];
        return (
          <td
            key={runs[place]?.id}
            class={names.filter(Boolean).join(' ') || undefined}
            title={typeof value === 'string' ? tip(value) : whole(value, column.type)}
          >
            <Value row={row} value={value} base={isOther ? base : value} />
            {at > 0 && <ChangeLine row={row} value={value} base={base} />}
          </td>
        );
      })}
    </tr>
  );
}

function Value({ row, value, base }: { row: Row; value: Cell; base: Cell }) {
  if (value === null) return <span class="nbf-soft">{MISSING}</span>;
  if (typeof value === 'string') {
    const against = typeof base === 'string' ? visible(base) : '';
    return (
      <bdi>
        {pieces(visible(value), against, VALUE_LENGTH).map((piece, at) =>
          piece.differs ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>
        )}
      </bdi>
    );
  }
  const text = row.write(value);
  if (value === row.best) {
    return (
      <b class="nbf-compare-best" title={`best: the ${row.column.best === 'max' ? 'highest' : 'lowest'}`}>
        <span class="nbf-compare-star">★</span> {text}
      </b>
    );
  }
  return row.column.kind === 'param' && !isSame(value, base) ? <mark>{text}</mark> : <span>{text}</span>;
}

function ChangeLine({ row, value, base }: { row: Row; value: Cell; base: Cell }): ComponentChildren {
  if (row.column.type !== 'number' || row.column.kind !== 'metric') return null;
  const change = changeOf(value, base, row.column.best);
  if (!change) return null;
  const judged = change.way === 'better' || change.way === 'worse';
  return (
    <div class={`nbf-compare-change nbf-compare-${change.way}`}>
      {judged && <span aria-hidden="true">{MARKS[change.way]} </span>}
      {change.text}
      {judged && ` ${change.way}`}
    </div>
  );
}

function whole(value: Cell, type: string): string | undefined {
  return typeof value === 'number' && type === 'number' ? exact(value) : undefined;
}

function said(all: number, differing: number, alone: boolean): string {
  if (alone) return 'One run alone differs from nothing: give two or more to compare.';
  return differing === all
    ? `${count(all, 'row')}, all differ`
    : `${differing.toLocaleString('en')} of ${count(all, 'row')} differ`;
}

function nothing(words: string, only: boolean, all: number): string {
  if (words.trim()) return 'No row has that in its name.';
  if (!all) return 'These runs have no params and no metrics.';
  return only ? 'Nothing differs between these runs.' : 'There is nothing to show.';
}
