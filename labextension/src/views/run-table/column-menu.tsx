/** What can be done with a column: a menu, and its own filter. */

import { useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { Menu, type MenuItem } from '../parts/menu';
import { Popup } from '../parts/popup';
import { visible } from '../parts/text';
import type { Placed } from './arrange';
import { isRight } from './cells';
import { groupsBy } from './lines';
import { movedBy, pinnedOr, withColumns } from './sorting';
import { NAME } from './table';
import type { Model } from './use-model';

export interface ColumnMenuProps {
  model: Model;
  placed: Placed;
  anchor: HTMLElement;
  onClose: () => void;
}

/** Shows the menu of a column, and then its filter if that was chosen. */
export function ColumnMenu({ model, placed, anchor, onClose }: ColumnMenuProps) {
  const [filters, setFilters] = useState(false);
  if (filters) return <ColumnFilterBox model={model} placed={placed} anchor={anchor} onClose={onClose} />;
  const { column, pinned } = placed;
  const { arranged, state, set } = model;
  const isName = column.id === NAME;
  const sort = (desc: boolean) => set({ sort: [{ id: column.id, desc }] });
  const move = (by: -1 | 1): MenuItem[] => {
    const order = movedBy(arranged, column.id, by);
    const label = by < 0 ? 'Move to the left' : 'Move to the right';
    return order
      ? [{ label, icon: by < 0 ? 'left' : 'right', keys: by < 0 ? 'Alt ←' : 'Alt →', onSelect: () => set(order) }]
      : [];
  };
  const items: MenuItem[] = [
    { label: isRight(column) ? 'Lowest first' : 'A to Z', icon: 'up', onSelect: () => sort(false) },
    { label: isRight(column) ? 'Highest first' : 'Z to A', icon: 'down', onSelect: () => sort(true) },
    { label: 'Filter …', icon: 'filter', stays: true, onSelect: () => setFilters(true) },
    ...(groupsBy(column) ? [groupItem(model, column.id)] : []),
    ...(isName
      ? []
      : [
          {
            label: pinned ? 'Let go' : 'Pin to the left',
            icon: 'pin' as const,
            apart: true,
            onSelect: () => set(pinnedOr(state, column.id))
          }
        ]),
    ...move(-1),
    ...move(1),
    ...(isName
      ? []
      : [{ label: 'Hide', icon: 'close' as const, onSelect: () => set(withColumns(state, [column.id], false)) }])
  ];
  return <Menu label={`Column ${visible(column.name.slice(0, 80))}`} items={items} anchor={anchor} onClose={onClose} />;
}

function groupItem({ state, set }: Model, id: string): MenuItem {
  const grouped = state.group === id;
  return {
    label: 'Group by it',
    icon: 'group',
    checked: grouped,
    onSelect: () => set({ group: grouped ? null : id, expanded: [] })
  };
}

function ColumnFilterBox({ model, placed, anchor, onClose }: ColumnMenuProps) {
  const { column } = placed;
  const { state, set } = model;
  const filter = state.column_filters[column.id] ?? {};
  const numeric = isRight(column) && column.type !== 'duration';
  const put = (patch: Partial<typeof filter>) => {
    const merged = Object.entries({ ...filter, ...patch }).filter(([, value]) => value !== undefined && value !== '');
    const { [column.id]: _, ...others } = state.column_filters;
    set({ column_filters: merged.length ? { ...others, [column.id]: Object.fromEntries(merged) } : others });
  };
  const name = visible(column.name.slice(0, 80));
  const bound = (which: 'min' | 'max', label: string) => (
    <NumberField
      label={`${name}: ${label}`}
      placeholder={label}
      value={filter[which]}
      onValue={value => put({ [which]: value })}
      onEnter={onClose}
    />
  );
  return (
    <Popup label={`Filter of ${name}`} anchor={anchor} onClose={onClose}>
      <div class="nbf-filter-box">
        {numeric || column.type === 'duration' ? (
          <>
            {bound('min', column.type === 'duration' ? 'from (s)' : 'from')}
            {bound('max', column.type === 'duration' ? 'to (s)' : 'to')}
          </>
        ) : (
          <TextField
            label={`${name} contains`}
            placeholder="contains"
            value={filter.text ?? ''}
            focus
            onInput={text => put({ text })}
            onEnter={onClose}
          />
        )}
        <Button
          label="No filter"
          icon="close"
          look="plain"
          onClick={() => {
            put({ text: undefined, min: undefined, max: undefined });
            onClose();
          }}
        >
          No filter
        </Button>
      </div>
    </Popup>
  );
}

interface NumberFieldProps {
  label: string;
  placeholder: string;
  value: number | undefined;
  onValue: (value: number | undefined) => void;
  onEnter: () => void;
}

function NumberField({ label, placeholder, value, onValue, onEnter }: NumberFieldProps) {
  const [text, setText] = useState(value === undefined ? '' : String(value));
  const wrong = text.trim() !== '' && Number.isNaN(Number(text));
  return (
    <TextField
      label={label}
      placeholder={placeholder}
      type="number"
      value={text}
      {...(wrong && { error: 'This is no number.' })}
      onInput={now => {
        setText(now);
        const number = Number(now);
        if (!Number.isNaN(number)) onValue(now.trim() === '' ? undefined : number);
      }}
      onEnter={onEnter}
    />
  );
}
