/** A source over what a notebook keeps, and, while there is one, over the widget's model in a kernel. */
import type { Mode, Source, Vega } from '../views/source';
import { Asking, type Event, NO_KERNEL } from './asking';
import type { WidgetModel } from './widget-model';

/** What an output holds for a view. */
export interface Payload<Data = unknown, State extends object = object> {
  readonly version: number;
  readonly kind: string;
  /** The widget in the kernel that made it; absent where there was none. */
  readonly model_id?: string;
  readonly data: Data;
  readonly state: State;
  /** Counts the changes of the data. */
  readonly revision: number;
}

export interface Options<Data> {
  vega(): Promise<Vega | null>;
  /** Hears why the whole data could not be had; the view goes on with what it has. */
  complain(reason: unknown): void;
  /** Takes a change into the data, for views that are told of changes alone. */
  patch?: ((data: Data, patch: unknown) => Data) | undefined;
  /** Hears of what Python tells besides data. */
  told?(event: Event): void;
}

interface News<Data> {
  readonly revision: number;
  readonly data: Data;
}

interface Patch {
  readonly revision: number;
  /** The revision that it changes. */
  readonly base: number;
  readonly patch: unknown;
}

/** Goes from saved to live and back; the data are the newest known, the arrangement is the user's. */
export class LiveSource<Data, State extends object> implements Source<Data, State> {
  private payload: Payload<Data, State>;
  private newest: Data;
  private revision: number;
  private arrangement: State;
  /** What the user arranged while nobody was there to be told. */
  private untold: Partial<State> = {};
  private readonly listeners = new Set<() => void>();
  private model: WidgetModel | null = null;
  private asking: Asking | null = null;

  constructor(
    payload: Payload<Data, State>,
    private readonly options: Options<Data>
  ) {
    this.payload = payload;
    this.newest = payload.data;
    this.revision = payload.revision;
    this.arrangement = payload.state;
  }

  get mode(): Mode {
    return this.model ? 'live' : 'saved';
  }

  get data(): Data {
    return this.newest;
  }

  get state(): Readonly<State> {
    return this.arrangement;
  }

  setState(patch: Partial<State>): void {
    this.arrangement = { ...this.arrangement, ...patch };
    if (this.model) {
      this.model.set('state', this.arrangement); // tells us too, and other views of the same model
      this.model.save_changes();
    } else {
      this.untold = { ...this.untold, ...patch };
      this.changed();
    }
  }

  subscribe(changed: () => void): () => void {
    // Wrapped, so that one function can subscribe twice.
    const listener = (): void => changed();
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async ask<T>(method: string, args: object = {}, signal?: AbortSignal): Promise<T> {
    if (!this.asking) throw NO_KERNEL;
    return (await this.asking.ask(method, args, signal)) as T;
  }

  vega(): Promise<Vega | null> {
    return this.options.vega();
  }

  /** Takes what the output holds now: an update of the display, or the same again. */
  keep(payload: Payload<Data, State>): void {
    const another = payload.model_id !== this.payload.model_id;
    if (another) this.disconnect(); // the model at hand would answer with its own data
    this.payload = payload;
    if (!another && payload.revision <= this.revision) return;
    this.newest = payload.data;
    this.revision = payload.revision;
    if (!this.model) this.arrangement = { ...payload.state, ...this.untold };
    this.changed();
    void this.refresh();
  }

  /** Goes live over a model whose kernel is there. */
  connect(model: WidgetModel): void {
    if (this.model === model) return;
    this.disconnect();
    this.model = model;
    this.asking = new Asking(model, this.told);
    model.on('change:state', this.takeState);
    model.on('change:revision', this.refresh);
    // Python knows better, but for what the user did since it was last told.
    const untold = this.untold;
    this.untold = {};
    this.arrangement = model.get('state') as State;
    if (Object.keys(untold).length > 0) this.setState(untold);
    this.changed();
    void this.refresh();
  }

  /** Goes back to what is known. */
  disconnect(): void {
    const { model, asking } = this;
    if (!model) return;
    this.model = null;
    this.asking = null;
    model.off('change:state', this.takeState);
    model.off('change:revision', this.refresh);
    asking?.close();
    this.changed();
  }

  /** Asks for the whole data where those at hand are old, or only a part. */
  private readonly refresh = async (): Promise<void> => {
    const { model, asking } = this;
    const isWhole = !isReduced(this.newest);
    if (!model || !asking || (isWhole && this.revision >= Number(model.get('revision')))) return;
    try {
      const answer = (await asking.ask('data')) as News<Data>;
      if (asking === this.asking) this.take(answer);
    } catch (error) {
      if (asking === this.asking) this.options.complain(error);
    }
  };

  private readonly told = (event: Event): void => {
    if (event.event === 'data') this.take(event as unknown as News<Data>);
    else if (event.event === 'patch') this.patch(event as unknown as Patch);
    else this.options.told?.(event);
  };

  private patch({ revision, base, patch }: Patch): void {
    const { patch: take } = this.options;
    // Where it does not fit, the new revision, which comes with it, has the whole asked for.
    if (take && base === this.revision && !isReduced(this.newest)) {
      this.take({ revision, data: take(this.newest, patch) });
    }
  }

  private take({ revision, data }: News<Data>): void {
    if (revision < this.revision) return; // overtaken
    this.newest = data;
    this.revision = revision;
    this.changed();
  }

  private readonly takeState = (): void => {
    this.arrangement = this.model?.get('state') as State;
    this.changed();
  };

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}

function isReduced(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'reduced' in data && Boolean(data.reduced);
}
