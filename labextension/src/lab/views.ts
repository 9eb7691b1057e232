/** The views, each a chunk of its own that is loaded when the first of its kind is shown. */
import { type AnyView, anyView, type ViewModule } from './view-module';

const VIEWS: Readonly<Record<string, () => Promise<ViewModule>>> = {
  compare: () => import('../views/comparison'),
  form: () => import('../views/form'),
  live: () => import('../views/live'),
  model: () => import('../views/model-card'),
  run: () => import('../views/run-page'),
  runs: () => import('../views/run-table')
};

/** Loads the view of one kind; undefined where there is none. */
export function loadView(kind: string): Promise<AnyView> | undefined {
  return Object.hasOwn(VIEWS, kind) ? VIEWS[kind]?.().then(anyView) : undefined;
}
