/** A form: fields for the parameters of a function or a notebook. What is filled in is in Python at once. */

import { Button } from '../parts/button';
import { useSource, type ViewProps } from '../parts/frame';
import { Bar, Message } from '../parts/message';
import { UserText } from '../parts/text';
import type { Entries, Entry, FieldSpec } from './entries';
import { problemOf } from './entries';
import { Field } from './field';

export interface FormData {
  name: string;
  about: string;
  fields: readonly FieldSpec[];
}

export interface FormState {
  entries?: Entries;
}

const NAME = 80;

/** The form of a source's data, its values those of the source's state. */
export function Form({ source }: ViewProps<FormData, FormState>) {
  const { data, state, mode } = useSource(source);
  if (!isForm(data)) {
    return (
      <Message kind="error" title="This form cannot be shown.">
        It was saved by another version of nbflow. Run the cell again.
      </Message>
    );
  }
  const entries: Entries = isEntries(state.entries) ? state.entries : {};
  const entryOf = (field: FieldSpec) => (Object.hasOwn(entries, field.key) ? entries[field.key] : undefined);
  const saved = mode === 'saved';
  const wrong = data.fields.filter(field => problemOf(field, entryOf(field)));
  const change = (key: string, entry: Entry | undefined) => {
    const { [key]: _, ...others } = entries;
    source.setState({ entries: entry === undefined ? others : { ...others, [key]: entry } });
  };
  const defaults = Object.fromEntries(
    data.fields.flatMap(field => (field.default === undefined ? [] : [[field.key, field.default]]))
  );
  const changed = data.fields.some(field => !field.given && entryOf(field) !== field.default);
  return (
    <div class="nbf-form-whole">
      <header class="nbf-form-head">
        <b class="nbf-form-title">
          <UserText text={data.name || 'Parameters'} limit={NAME} />
        </b>
        {data.about && (
          <span class="nbf-soft">
            <UserText text={data.about} limit={300} />
          </span>
        )}
      </header>
      {saved && (
        <Bar>These are the last values. No kernel answers, so they cannot be changed: run the cell to go on.</Bar>
      )}
      {data.fields.length === 0 && <Message title="There is nothing to fill in.">It has no parameters.</Message>}
      <div class="nbf-form-fields">
        {data.fields.map(field => (
          <Field
            key={field.key}
            field={field}
            entry={entryOf(field)}
            disabled={saved}
            onChange={entry => change(field.key, entry)}
          />
        ))}
      </div>
      {data.fields.length > 0 && (
        <footer class="nbf-form-foot">
          <span class={wrong.length ? 'nbf-form-count nbf-form-bad' : 'nbf-form-count'} role="status">
            {wrong.length
              ? `✗ ${wrong.length === 1 ? 'One value does' : `${wrong.length} values do`} not fit yet`
              : '✓ All values fit'}
          </span>
          {!saved && changed && (
            <Button
              label="Give all fields their defaults"
              icon="undo"
              onClick={() => source.setState({ entries: defaults })}
            >
              Defaults
            </Button>
          )}
        </footer>
      )}
    </div>
  );
}

function isForm(data: unknown): data is FormData {
  const given = data as Partial<FormData> | null;
  return typeof given === 'object' && given !== null && Array.isArray(given.fields) && given.fields.every(isField);
}

function isField(field: unknown): field is FieldSpec {
  const given = field as Partial<FieldSpec> | null;
  return typeof given === 'object' && given !== null && typeof given.key === 'string' && typeof given.name === 'string';
}

function isEntries(entries: unknown): entries is Entries {
  return typeof entries === 'object' && entries !== null && !Array.isArray(entries);
}
