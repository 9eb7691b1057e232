/** The search of a section: words or a filter, with what may stand in it, and what is wrong with it below. */

import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { natural, text } from '../views/given';
import { FilterField } from '../views/parts/filter-field';
import { visible } from '../views/parts/text';
import { complete } from '../views/run-table/complete';
import { SourceError } from '../views/source';
import { wordsOf } from './states';

export interface SearchFieldProps {
  label: string;
  placeholder: string;
  attributes: readonly string[];
  metrics?: readonly string[];
  params?: readonly string[];
  tags: readonly string[];
  /** What was typed last time. */
  typed?: string;
  /** Why the question was not answered. */
  error: unknown;
  /** How many characters stand before the filter in the question. */
  shift?: number;
  /** Makes a filter of what was typed; null while that is not finished. */
  read: (typed: string) => string | null;
  onFilter: (filter: string, typed: string) => void;
  onClose?: () => void;
}

/** Draws the field. */
export function SearchField(props: SearchFieldProps) {
  const { label, placeholder, attributes, metrics = [], params = [], tags, error, shift = 0, read } = props;
  const { onFilter, onClose } = props;
  const [typed, setTyped] = useState(props.typed ?? '');
  const wrong = typed && isAboutFilter(error) ? error : null;
  return (
    <div class="nbf-search">
      <FilterField
        label={label}
        placeholder={placeholder}
        clear={t('Empty the search')}
        value={typed}
        error={wrong && expectedOf(wrong)}
        complete={(now, caret) => complete(now, caret, { attributes, metrics, params, tags })}
        onFilter={now => {
          setTyped(now);
          const filter = read(now);
          if (filter !== null) onFilter(filter, now);
        }}
        {...(onClose && { onLeave: onClose })}
      />
      {wrong && <FilterProblem error={wrong} filter={typed.trim()} shift={shift} />}
    </div>
  );
}

const AROUND = 18; // characters shown on either side of the place

/** Says what is wrong with a filter, and shows where. */
function FilterProblem({ error, filter, shift }: { error: SourceError; filter: string; shift: number }) {
  const at = Math.max((natural(error.details.position) ?? 0) - shift, 0);
  return (
    <div class="nbf-wrong" role="alert">
      {expectedOf(error)}
      <code class="nbf-wrong-place" aria-hidden="true">
        {at > AROUND ? '…' : ''}
        {visible(filter.slice(Math.max(at - AROUND, 0), at))}
        <mark>{visible(filter.slice(at, at + 1)) || '\u00a0'}</mark>
        {visible(filter.slice(at + 1, at + 1 + AROUND))}
        {filter.length > at + 1 + AROUND ? '…' : ''}
      </code>
    </div>
  );
}

/** Whether it is the filter that is wrong, and not the store or the way to it. */
export function isAboutFilter(error: unknown): error is SourceError {
  return error instanceof SourceError && natural(error.details.position) !== null;
}

function expectedOf(error: SourceError): string {
  return text(error.details.expected) ?? wordsOf(error);
}
