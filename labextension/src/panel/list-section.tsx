/** A section that lists things of the store: with a search, a trash, and what stands there while there is nothing. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { MenuButton } from '../views/parts/menu';
import { isAboutFilter, SearchField } from './search-field';
import { Section } from './section';
import { Nothing, Problem, Skeleton } from './states';
import type { Fold } from './use-folds';
import type { Paged } from './use-pages';
import { filterOf } from './words';

/** What is said of the things that are listed. */
export interface ListWords {
  title: string;
  deleted: string;
  create: string;
  search: string;
  more: string;
  /** Where one types. */
  field: string;
  placeholder: string;
  /** Where no filter finds nothing, and where one does. */
  none: string;
  unmatched: string;
}

export interface ListSectionProps {
  name: string;
  words: ListWords;
  fold: Fold;
  paged: Paged<{ readonly tags: Readonly<Record<string, string>> }>;
  /** Attributes that a filter may name. */
  attributes: readonly string[];
  /** How many lines stand there while it loads. */
  skeletons: number;
  filter: string;
  onFilter: (filter: string) => void;
  trash: boolean;
  onTrash: (trash: boolean) => void;
  /** Asks for a new one, beside the button; null where that may not be. */
  onCreate: ((anchor: HTMLElement) => void) | null;
  children: ComponentChildren;
}

export function ListSection(props: ListSectionProps) {
  const { name, words, fold, paged, attributes, filter, onFilter, trash, onTrash, onCreate } = props;
  const [searching, setSearching] = useState(false);
  const { items, total } = paged;
  const close = () => {
    setSearching(false);
    onFilter('');
  };
  return (
    <Section
      name={name}
      title={trash ? words.deleted : words.title}
      count={paged.loaded ? `${total.n.toLocaleString('en')}${total.exact ? '' : '+'}` : null}
      open={fold.open}
      onFold={fold.set}
      onSearch={() => setSearching(true)}
      tools={
        <>
          {onCreate && !trash && (
            <Button
              label={words.create}
              icon="plus"
              look="plain"
              onClick={event => onCreate(event.currentTarget as HTMLElement)}
            />
          )}
          <Button
            label={words.search}
            icon="search"
            look="plain"
            pressed={searching}
            onClick={() => (searching ? close() : setSearching(true))}
          />
          <MenuButton
            label={words.more}
            icon="more"
            look="plain"
            items={[
              { label: words.deleted, icon: 'trash', checked: trash, onSelect: () => onTrash(!trash) },
              { label: t('Refresh'), icon: 'refresh', onSelect: paged.refresh }
            ]}
          />
        </>
      }
    >
      {searching && (
        <SearchField
          label={words.field}
          placeholder={words.placeholder}
          attributes={attributes}
          tags={[...new Set(items.flatMap(({ tags }) => Object.keys(tags)))]}
          error={paged.error}
          read={typed => filterOf(typed, ['name'])}
          onFilter={onFilter}
          onClose={close}
        />
      )}
      {paged.error !== null && !isAboutFilter(paged.error) && <Problem error={paged.error} onRetry={paged.refresh} />}
      {!paged.loaded && paged.error === null && <Skeleton lines={props.skeletons} />}
      {paged.loaded && !items.length && (
        <Nothing>{trash ? t('The trash is empty.') : filter ? words.unmatched : words.none}</Nothing>
      )}
      {props.children}
    </Section>
  );
}
