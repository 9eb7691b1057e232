/** Where a page keeps our views, for the widgets on it: the loader in a widget finds them without asking the kernel. */
import type { WidgetModel } from './widget-model';

/** Raised when views and the Python that feeds them no longer understand those of the release before. */
export const PROTOCOL = 1;

/** What is there for one kind of view. */
export interface WidgetModule {
  /** As anywidget calls it. */
  render(context: { model: WidgetModel; el: HTMLElement; signal?: AbortSignal }): void;
}

export interface Registry {
  readonly protocol: number;
  /** Loads the widget of one kind; undefined where it is not known here. */
  load(kind: string): Promise<WidgetModule> | undefined;
}

const KEY = Symbol.for('nbflow.views');

type Page = { [KEY]?: Registry };

export function setRegistry(registry: Registry): void {
  (globalThis as Page)[KEY] = registry;
}

/** Gives the page's views, if they speak with the Python of this code. */
export function getRegistry(): Registry | undefined {
  const registry = (globalThis as Page)[KEY];
  return registry?.protocol === PROTOCOL ? registry : undefined;
}
