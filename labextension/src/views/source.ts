/** What a view knows of the world: data, what the user arranged, and someone to ask, who may be gone. */

/** `live`: a kernel or a server answers what is asked. `saved`: there is only what the notebook kept. */
export type Mode = 'live' | 'saved';

/** What asking may end with; `NO_KERNEL` where nobody is there to answer. */
export class SourceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    /** What else the error says: where a filter is wrong (`position`), and what was expected there. */
    readonly details: Readonly<Record<string, unknown>> = {}
  ) {
    super(message);
    this.name = 'SourceError';
  }
}

/** A drawn chart. */
export interface Chart {
  /** Calls `changed` with a selection's value, as Vega tells it; the names are those of the spec's `params`. */
  onSignal(name: string, changed: (value: unknown) => void): void;
  /** Puts other rows in place of a named data set (`data: {name: ...}` in the spec). */
  setData(name: string, rows: readonly object[]): Promise<void>;
  /** The picture as text (`svg`), or as a `data:` address (`png`). */
  image(type: 'svg' | 'png'): Promise<string>;
  finalize(): void;
}

/** A way to draw Vega-Lite specs; heavy, hence loaded only when it is asked for. */
export interface Vega {
  /** Draws into `el`, which it empties; a spec that cannot be drawn rejects. Nothing is left after `signal` aborts. */
  draw(el: HTMLElement, spec: object, signal: AbortSignal): Promise<Chart>;
}

/** A view's data and its user's arrangement, over any host. */
export interface Source<Data, State extends object> {
  /** Whether `ask` is answered. */
  readonly mode: Mode;
  /** Who answers; a kernel where nothing is said. */
  readonly answerer?: 'kernel' | 'server';
  /** The newest data known. */
  readonly data: Data;
  /** What the user arranged: sorting, columns, selection. */
  readonly state: Readonly<State>;
  /** Keeps a change of the arrangement, from saved to live and back, and tells Python of it where it lives. */
  setState(patch: Partial<State>): void;
  /** Calls `changed` after mode, data or state changed; gives the way to stop. */
  subscribe(changed: () => void): () => void;
  /** Asks Python; rejects with a SourceError, or with the signal's reason. */
  ask<T>(method: string, args?: object, signal?: AbortSignal): Promise<T>;
  /** Loads what draws charts; null where there is none, and a static picture must do. */
  vega(): Promise<Vega | null>;
}

/** Draws into an element, from a source, until the signal aborts. Never throws: what cannot be drawn is said in place. */
export type View<Data, State extends object> = (
  el: HTMLElement,
  source: Source<Data, State>,
  signal: AbortSignal
) => void;
