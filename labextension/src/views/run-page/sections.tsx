/** The plain parts of the page: names and values, data sets, the source, code. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { TextField } from '../parts/field';
import { count } from '../parts/format';
import { tip, UserText } from '../parts/text';
import type { Pair, SourceData } from './data';

const FIRST = 20;
const MANY = 12; // from here on a search pays
const NAME_LENGTH = 60;
const VALUE_LENGTH = 240;

/** A part with a title. */
export function Section({
  title,
  tools,
  children
}: {
  title?: string;
  tools?: ComponentChildren;
  children: ComponentChildren;
}) {
  return (
    <section class="nbf-section" aria-label={title}>
      {(title || tools) && (
        <div class="nbf-section-title">
          {title && <b>{title}</b>}
          {tools}
        </div>
      )}
      {children}
    </section>
  );
}

/** Shows the first of many, and the others at a click. */
export function useFirst<T>(all: readonly T[], first: number): [readonly T[], ComponentChildren] {
  const [more, setMore] = useState(false);
  // A row or two are not worth a click.
  const shown = more || all.length <= first + 2 ? all : all.slice(0, first);
  const left = all.length - shown.length;
  const button = left > 0 && (
    <Button label={`Show ${left.toLocaleString('en')} more`} look="plain" onClick={() => setMore(true)}>
      {`${left.toLocaleString('en')} more`}
    </Button>
  );
  return [shown, button];
}

/** Names and values; searchable where there are many. */
export function Pairs({ title, noun, pairs }: { title?: string; noun: string; pairs: readonly Pair[] }) {
  const [search, setSearch] = useState('');
  const wanted = search.toLowerCase();
  const found = wanted ? pairs.filter(pair => pair.some(text => text.toLowerCase().includes(wanted))) : pairs;
  const [shown, more] = useFirst(found, FIRST);
  if (!pairs.length) return null;
  const field = pairs.length > MANY && (
    <TextField
      label={`Search the ${noun}s`}
      type="search"
      icon="search"
      value={search}
      onInput={setSearch}
      placeholder="Search"
    />
  );
  return (
    <Section title={title} tools={field}>
      <table class="nbf-grid">
        <tbody>
          {shown.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">
                <UserText text={name} limit={NAME_LENGTH} />
              </th>
              <td>
                <UserText text={value} limit={VALUE_LENGTH} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {wanted && !found.length && <p class="nbf-soft">None of {count(pairs.length, noun)} has that.</p>}
      {more}
    </Section>
  );
}

const INPUT_HEAD = ['data set', 'context', 'size', 'digest', 'source'];

/** The data sets that the run read. */
export function Inputs({ rows }: { rows: readonly (readonly string[])[] }) {
  const [shown, more] = useFirst(rows, FIRST);
  if (!rows.length) return null;
  return (
    <Section title="Inputs">
      <div class="nbf-scroll">
        <table class="nbf-grid">
          <thead>
            <tr>
              {INPUT_HEAD.map(name => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, i) => (
              <tr key={i}>
                {INPUT_HEAD.map((name, at) => (
                  <td key={name}>
                    <UserText text={row[at] ?? ''} limit={NAME_LENGTH * 2} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {more}
    </Section>
  );
}

/** Where the code of the run is, and in which state it was. */
export function SourceFacts({ source }: { source: SourceData }) {
  const { name, type, commit, branch, repo, url, dirty } = source;
  if (name === null && commit === null) return null;
  const kind = type !== null && type !== 'LOCAL' ? ` (${type.toLowerCase()})` : '';
  return (
    <Section title="Source">
      <table class="nbf-grid">
        <tbody>
          {name !== null && (
            <Row name="file">
              <UserText text={name + kind} limit={VALUE_LENGTH} />
            </Row>
          )}
          {commit !== null && (
            <Row name="commit">
              <code class="nbf-code" title={tip(commit)}>
                {url ? (
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    {commit.slice(0, 12)}
                  </a>
                ) : (
                  <UserText text={commit.slice(0, 12)} />
                )}
              </code>
              <CopyButton text={commit} label="Copy the commit" />
            </Row>
          )}
          {branch !== null && (
            <Row name="branch">
              <UserText text={branch} limit={NAME_LENGTH} />
            </Row>
          )}
          {dirty !== null && (
            <Row name="changes">{dirty ? <span class="nbf-is-killed">some were not committed</span> : 'none'}</Row>
          )}
          {repo !== null && (
            <Row name="repository">
              <UserText text={repo} limit={NAME_LENGTH * 2} />
            </Row>
          )}
        </tbody>
      </table>
    </Section>
  );
}

/** Code to be copied. */
export function Code({ code, label }: { code: string; label: string }) {
  return (
    <div class="nbf-code-line">
      <code class="nbf-code">
        <UserText text={code} />
      </code>
      <CopyButton text={code} label={label} />
    </div>
  );
}

function Row({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  );
}
