/** All of a run on one page, what is asked first at the top. */

import { useMemo, useRef } from 'preact/hooks';
import { Artifacts } from '../artifacts/browser';
import type { Preview } from '../artifacts/data';
import { Disclosure } from '../parts/disclosure';
import { count } from '../parts/format';
import { useSource } from '../parts/frame';
import { Message, ReducedNote } from '../parts/message';
import { tip } from '../parts/text';
import { pythonText } from '../python';
import { type RunSource, readPage } from './data';
import { Failure } from './failure';
import { Head } from './head';
import { Metrics } from './metrics';
import { Models } from './models';
import { Code, Inputs, Pairs, Section, SourceFacts } from './sections';

/** The page, live or saved; not `titled` where its name stands above it. */
export function RunPage({ source, titled = true }: { source: RunSource; titled?: boolean }) {
  useSource(source);
  const { data, state, mode, offers = {} } = source;
  const page = useMemo(() => readPage(data), [data]);
  // What was saved is worth keeping when live data, which have none, took its place.
  const saved = useRef<ReadonlyMap<string, Preview>>(new Map());
  if (page?.previews.size) saved.current = page.previews;
  if (!page) {
    return (
      <Message kind="error" title="This run cannot be shown.">
        {source.answerer === 'server'
          ? 'The server is of another version of nbflow than this page: load the page anew.'
          : 'Its saved data are not what this version of nbflow writes. Run the cell again.'}
      </Message>
    );
  }
  const own = page.metrics.filter(metric => !metric.system);
  const system = page.metrics.filter(metric => metric.system);
  return (
    <article class="nbf-run" aria-label={`Run ${tip(page.name)}`}>
      <Head page={page} live={mode === 'live'} titled={titled} cameFrom={offers.cameFrom} />
      <Failure error={page.error} />
      <div class="nbf-run-columns">
        <Pairs title="Params" noun="param" pairs={page.params} />
        <Pairs title="Tags" noun="tag" pairs={page.tags} />
        <SourceFacts source={page.source} />
      </div>
      <Metrics title="Metrics" metrics={own} source={source} />
      <Inputs rows={page.inputs} />
      <Models
        models={page.models}
        register={page.deleted ? undefined : offers.register}
        openVersion={offers.openVersion}
      />
      <Section title="Artifacts">
        <Artifacts
          tree={page.artifacts}
          saved={saved.current}
          source={source}
          selected={state.artifact ?? null}
          onSelect={artifact => source.setState({ artifact })}
          codeFor={path =>
            `nbflow.artifacts.download_artifacts(run_id=${pythonText(page.runId)}, artifact_path=${pythonText(path)})`
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
