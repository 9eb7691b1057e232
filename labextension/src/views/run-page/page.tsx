/** All of a run on one page, what is asked first at the top. */

import { useMemo, useRef } from 'preact/hooks';
import { Artifacts } from '../artifacts/browser';
import type { Preview } from '../artifacts/data';
import { Disclosure } from '../parts/disclosure';
import { count } from '../parts/format';
import { useSource, type ViewProps } from '../parts/frame';
import { Message, ReducedNote } from '../parts/message';
import { tip } from '../parts/text';
import { type PageState, readPage } from './data';
import { Failure } from './failure';
import { Head } from './head';
import { Metrics } from './metrics';
import { Models } from './models';
import { Code, Inputs, Pairs, Section, SourceFacts } from './sections';

/** The page, live or saved. */
export function RunPage({ source }: ViewProps<unknown, PageState>) {
  useSource(source);
  const { data, state, mode } = source;
  const page = useMemo(() => readPage(data), [data]);
  // What was saved is worth keeping when live data, which have none, took its place.
  const saved = useRef<ReadonlyMap<string, Preview>>(new Map());
  if (page?.previews.size) saved.current = page.previews;
  if (!page) {
    return (
      <Message kind="error" title="This run cannot be shown.">
        Its saved data are not what this version of nbflow writes. Run the cell again.
      </Message>
    );
  }
  const own = page.metrics.filter(metric => !metric.system);
  const system = page.metrics.filter(metric => metric.system);
  return (
    <article class="nbf-run" aria-label={`Run ${tip(page.name)}`}>
      <Head page={page} live={mode === 'live'} />
      <Failure error={page.error} />
      <div class="nbf-run-columns">
        <Pairs title="Params" noun="param" pairs={page.params} />
        <Pairs title="Tags" noun="tag" pairs={page.tags} />
        <SourceFacts source={page.source} />
      </div>
      <Metrics title="Metrics" metrics={own} source={source} />
      <Inputs rows={page.inputs} />
      <Models models={page.models} />
      <Section title="Artifacts">
        <Artifacts
          tree={page.artifacts}
          saved={saved.current}
          source={source}
          selected={state.artifact ?? null}
          onSelect={artifact => source.setState({ artifact })}
          codeFor={path =>
            `nbflow.artifacts.download_artifacts(run_id=${quoted(page.runId)}, artifact_path=${quoted(path)})`
          }
        />
      </Section>
      {system.length > 0 && (
        <Disclosure title={`${count(system.length, 'metric')} of the machine`}>
          <Metrics metrics={system} source={source} />
        </Disclosure>
      )}
      {page.systemTags.length > 0 && (
        <Disclosure title={`${count(page.systemTags.length, 'tag')} set by nbflow`}>
          <Pairs noun="tag" pairs={page.systemTags} />
        </Disclosure>
      )}
      <Code code={page.code} label="Copy the code that loads this run" />
      <footer>
        <ReducedNote reduced={page.reduced} />
      </footer>
    </article>
  );
}

/** A text as Python reads it: what JSON writes is a string of Python, too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
