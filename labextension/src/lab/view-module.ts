/** What a view's module exports, for those who know only that it is a view. */
import type { View } from '../views/source';

/** As a view says it, in its own types. */
export interface ViewModule {
  readonly mount: View<never, never>;
  /** Takes a change into the data; absent where Python always sends them whole. */
  readonly patch?: (data: never, patch: unknown) => unknown;
}

/** As its hosts use it: they pass data on, and the view checks them. */
export interface AnyView {
  readonly mount: View<unknown, object>;
  readonly patch?: (data: unknown, patch: unknown) => unknown;
}

export function anyView(module: ViewModule): AnyView {
  return module as unknown as AnyView;
}
