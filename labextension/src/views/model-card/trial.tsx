/** A form made of the signature, by which the model is tried on one row. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Entry, FieldSpec } from '../form/entries';
import { Field } from '../form/field';
import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { count, duration } from '../parts/format';
import { Bar } from '../parts/message';
import { UserText } from '../parts/text';
import { type Source, SourceError } from '../source';
import type { CardData, CardState } from './data';
import { Prose, Table } from './table';
import { Waiting } from './versions';

interface Problem {
  message: string;
  /** The field that it is about. */
  field: string | null;
  /** What makes it work. */
  code?: string;
}

interface Answer {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
  n_rows: number;
  n_columns: number;
}

type Given = Readonly<Record<string, Entry>>;

type Result =
  | { at: 'start' }
  | { at: 'loading' | 'predicting'; since: number }
  | { at: 'problem'; problem: Problem }
  | { at: 'answer'; answer: Answer; ms: number };

const FIRST = 24;

/** The fields, the button, and what came of it. */
export function TrialForm({ data, source }: { data: CardData; source: Source<CardData, CardState> }) {
  const { trial } = data;
  const [row, setRow] = useState<Given>({});
  const [params, setParams] = useState<Given>({});
  const [result, setResult] = useState<Result>({ at: 'start' });
  const [all, setAll] = useState(false);
  const life = useRef(new AbortController());
  useEffect(() => () => life.current.abort(), []);
  if (trial.reason) return <p class="nbf-soft">{`It cannot be tried here. ${trial.reason}`}</p>;
  const live = source.mode === 'live';
  const busy = result.at === 'loading' || result.at === 'predicting';

  const run = async () => {
    life.current.abort();
    life.current = new AbortController();
    const { signal } = life.current;
    try {
      setResult({ at: 'loading', since: Date.now() });
      const loaded = await source.ask<{ problem: Problem | null }>('load', {}, signal);
      if (signal.aborted) return;
      if (loaded.problem) return setResult({ at: 'problem', problem: loaded.problem });
      setResult({ at: 'predicting', since: Date.now() });
      const given = { row: filled(trial.fields, row), params: filled(trial.params, params) };
      const found = await source.ask<{ problem?: Problem; answer?: Answer; ms?: number }>('predict', given, signal);
      if (signal.aborted) return;
      if (found.answer) setResult({ at: 'answer', answer: found.answer, ms: found.ms ?? 0 });
      else setResult({ at: 'problem', problem: found.problem ?? { message: 'The kernel said nothing.', field: null } });
    } catch (error) {
      if (signal.aborted) return;
      const gone = error instanceof SourceError && error.code === 'NO_KERNEL';
      const message = gone ? 'The kernel went away.' : error instanceof Error ? error.message : String(error);
      setResult({ at: 'problem', problem: { message, field: null } });
    }
  };

  const fields = all ? trial.fields : trial.fields.slice(0, FIRST);
  const wrong = result.at === 'problem' ? result.problem : null;
  const field = (spec: FieldSpec, given: Given, set: (given: Given) => void, about: boolean) => (
    <Field
      key={spec.key}
      field={spec}
      entry={Object.hasOwn(given, spec.key) ? given[spec.key] : spec.default}
      disabled={!live || busy}
      type={spec.annotation || undefined}
      problem={about && wrong?.field === spec.key ? 'The model does not take it: see below.' : undefined}
      onChange={entry => {
        const { [spec.key]: _, ...others } = given;
        set(entry === undefined ? others : { ...others, [spec.key]: entry });
        if (wrong) setResult({ at: 'start' });
      }}
    />
  );
  return (
    <div class="nbf-form-whole">
      {!live && <Bar>No kernel answers, so it cannot be tried: run the cell to go on.</Bar>}
      <div class="nbf-form-fields">{fields.map(spec => field(spec, row, setRow, true))}</div>
      {fields.length < trial.fields.length && (
        <button type="button" class="nbf-card-more" onClick={() => setAll(true)}>
          {`show all ${count(trial.fields.length, 'field')}; those unseen keep what the example has`}
        </button>
      )}
      {trial.params.length > 0 && (
        <>
          <div class="nbf-card-caption">Params of predict</div>
          <div class="nbf-form-fields">{trial.params.map(spec => field(spec, params, setParams, false))}</div>
        </>
      )}
      <div class="nbf-form-foot">
        <Button label="Predict this row" look="main" disabled={!live || busy} onClick={() => void run()}>
          Predict
        </Button>
        {busy && (
          <Progress
            since={result.since}
            words={result.at === 'loading' ? 'The kernel loads the model' : 'The model predicts'}
          />
        )}
        {result.at === 'answer' && <span class="nbf-soft">{`in ${duration(result.ms)}`}</span>}
      </div>
      {result.at === 'answer' && <Predicted answer={result.answer} />}
      {wrong && <Refused problem={wrong} />}
    </div>
  );
}

function Predicted({ answer }: { answer: Answer }) {
  const single = answer.columns.length === 1 && answer.rows.length === 1 ? answer.rows[0]?.[0] : undefined;
  if (single !== undefined && answer.n_rows === 1) {
    return (
      <div class="nbf-card-answer" role="status">
        <span class="nbf-soft">
          <UserText text={answer.columns[0] ?? ''} limit={60} />
        </span>
        <b>
          <UserText text={single} limit={400} />
        </b>
      </div>
    );
  }
  return (
    <div role="status">
      <Table
        caption="Prediction"
        head={answer.columns}
        rows={answer.rows.map(row => row.map(text => <UserText text={text} limit={120} />))}
        total={answer.n_rows}
      />
    </div>
  );
}

function Refused({ problem }: { problem: Problem }) {
  return (
    <div class="nbf-card-refused" role="alert">
      <Prose text={problem.message} />
      {problem.code && (
        <div class="nbf-card-code">
          <code class="nbf-code">
            <UserText text={problem.code} />
          </code>
          <CopyButton text={problem.code} label="Copy this code" />
        </div>
      )}
    </div>
  );
}

/** Says what is under way, and since when. */
function Progress({ since, words }: { since: number; words: string }) {
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick(n => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.floor((Date.now() - since) / 1000);
  return <Waiting>{seconds > 0 ? `${words} … ${seconds} s` : `${words} …`}</Waiting>;
}

function filled(fields: readonly FieldSpec[], given: Given): Record<string, Entry> {
  const entries: Record<string, Entry> = {};
  for (const { key, default: own } of fields) {
    const entry = Object.hasOwn(given, key) ? given[key] : own;
    if (entry !== undefined) entries[key] = entry;
  }
  return entries;
}
