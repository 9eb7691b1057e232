/** What a model takes and gives, an example of it, and what it needs. */

import { exact, MISSING, number } from '../parts/format';
import { UserText } from '../parts/text';
import type { CardData, Specs } from './data';
import { Prose, Table } from './table';

/** Inputs, outputs, params, the input example and the environment. */
export function Schema({ data }: { data: CardData }) {
  const nothing = !data.inputs && !data.outputs && data.params.length === 0;
  return (
    <>
      {nothing && <p class="nbf-soft">It has no signature: what it takes is not written down.</p>}
      <div class="nbf-card-columns">
        <SpecTable caption="Inputs" specs={data.inputs} />
        <SpecTable caption="Outputs" specs={data.outputs} />
        <Table
          caption="Params of predict"
          head={['param', 'type', 'default']}
          rows={data.params.map(param => [
            <UserText text={param.name} limit={48} />,
            <UserText text={param.type} limit={80} />,
            <UserText text={param.default} limit={80} />
          ])}
        />
      </div>
      <Example data={data} />
      {data.environment && (
        <Table
          caption={`Environment${data.environment.python ? `: Python ${data.environment.python}` : ''}`}
          label="Environment"
          first={20}
          rows={data.environment.requirements.map(line => [
            <code class="nbf-card-mono">{<UserText text={line} limit={120} />}</code>
          ])}
        />
      )}
    </>
  );
}

function SpecTable({ caption, specs }: { caption: string; specs: Specs | null }) {
  if (!specs) return null;
  const named = specs.rows.some(row => row.name !== null);
  const optional = specs.rows.some(row => !row.required);
  const numbered = !named && specs.n_rows > 1;
  return (
    <Table
      caption={specs.n_rows > 12 ? `${caption}: ${specs.n_rows.toLocaleString('en')} ${specs.what}s` : caption}
      label={caption}
      head={[...(named ? [specs.what] : numbered ? ['no.'] : []), 'type', ...(optional ? [''] : [])]}
      total={specs.n_rows}
      rows={specs.rows.map((row, i) => [
        ...(named
          ? [<UserText text={row.name ?? ''} limit={60} />]
          : numbered
            ? [<span class="nbf-soft">{i}</span>]
            : []),
        <UserText text={row.type} limit={120} />,
        ...(optional ? [<span class="nbf-soft">{row.required ? '' : 'optional'}</span>] : [])
      ])}
    />
  );
}

function Example({ data }: { data: CardData }) {
  const { example } = data;
  if (!example) return null;
  if ('text' in example) {
    return (
      <div class="nbf-card-block">
        <div class="nbf-card-caption">Input example</div>
        <div class="nbf-card-mono">
          <Prose text={example.text} />
        </div>
      </div>
    );
  }
  const { columns, rows, n_rows, n_columns } = example;
  const part = columns.length < n_columns ? `, ${columns.length} of ${n_columns.toLocaleString('en')} columns` : '';
  const numbers = columns.map((_, i) => i).filter(i => rows.every(row => typeof row[i] === 'number'));
  return (
    <Table
      caption={`Input example${part}`}
      head={columns}
      numbers={numbers}
      total={n_rows}
      rows={rows.map(row => row.map(cell => <Value value={cell} />))}
    />
  );
}

function Value({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span class="nbf-soft">{MISSING}</span>;
  if (typeof value === 'number') return <span title={exact(value)}>{number(value)}</span>;
  return <UserText text={String(value)} limit={60} />;
}
