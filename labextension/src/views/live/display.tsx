/** What a run logs: who it is and how far, then a card for each metric. */

import { useMemo } from 'preact/hooks';
import { Disclosure } from '../parts/disclosure';
import { count } from '../parts/format';
import { useSource, type ViewProps } from '../parts/frame';
import { Bar, Message, ReducedNote } from '../parts/message';
import { tip, UserText, visible } from '../parts/text';
import { Cards, type Course } from './cards';
import { colorOf, type LiveData, type LiveMetric, type LiveState, readLive } from './data';
import { Head, Params, Runs } from './head';

/** The display, live or saved. */
export function LiveDisplay({ source }: ViewProps<unknown, LiveState>) {
  useSource(source);
  const { data, mode } = source;
  const live = useMemo(() => readLive(data), [data]);
  const [own, system] = useMemo(() => coursesOf(live), [live]);
  if (!live) {
    return (
      <Message kind="error" title="This live display cannot be shown.">
        Its saved data are not what this version of nbflow writes. Run the cell again.
      </Message>
    );
  }
  const [run] = live.runs;
  if (!run) {
    const waits = live.notice ?? (mode === 'live' ? 'Waiting for a run to start …' : 'No run was started.');
    return <Message title={visible(waits)} />;
  }
  return (
    <article class="nbf-live-run" aria-label={`Run ${tip(run.name)}`}>
      <Head run={run} live={mode === 'live'} />
      {live.notice !== null && (
        <Bar kind="error">
          <UserText text={live.notice} />
        </Bar>
      )}
      <Params params={run.params} />
      {live.runs.length > 1 && <Runs data={live} />}
      <Cards courses={own} source={source} />
      {!own.length && <p class="nbf-soft">{run.endTime === null ? 'No metrics yet.' : 'No metrics were logged.'}</p>}
      {system.length > 0 && (
        <Disclosure title={`${count(system.length, 'metric')} of the machine`}>
          <Cards courses={system} source={source} />
        </Disclosure>
      )}
      <footer>
        <ReducedNote reduced={live.reduced} />
      </footer>
    </article>
  );
}

/** Puts the lines of one metric together: that of the newest run is the one that is pointed at, the best is of all. */
function coursesOf(live: LiveData | null): [own: Course[], system: Course[]] {
  const courses = new Map<string, Course>();
  for (const metric of live?.metrics ?? []) {
    const color = live && live.runs.length > 1 ? colorOf(live, metric.run) : undefined;
    const older = courses.get(metric.key);
    const line = older?.metric.series ? [{ color: older.color ?? '', series: older.metric.series }] : [];
    courses.set(metric.key, {
      metric,
      color,
      others: [...(older?.others ?? []), ...line],
      best: older ? better(older.best, metric) : metric.best
    });
  }
  const all = [...courses.values()];
  return [all.filter(course => !course.metric.system), all.filter(course => course.metric.system)];
}

function better(best: number | null, { mode, best: other }: LiveMetric): number | null {
  if (best === null || other === null) return best ?? other;
  return mode === 'min' ? Math.min(best, other) : Math.max(best, other);
}
