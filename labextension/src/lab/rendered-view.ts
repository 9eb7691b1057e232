/** An output of ours in JupyterLab: its view is mounted once, and goes live while its widget has a kernel. */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { Vega } from '../views/source';
import type { Event } from './asking';
import type { Host, Hosts, LabModel } from './hosts';
import { StateKeeper } from './keep-state';
import { LiveSource, type Payload } from './live-source';
import { readPayload } from './payload';
import type { AnyView } from './view-module';

export interface Parts {
  readonly hosts: Hosts;
  load(kind: string): Promise<AnyView> | undefined;
  vega(): Promise<Vega | null>;
  /** Saves the document, as Ctrl+S does: keys inside a view are the view's. */
  save(): void;
}

export class RenderedView extends Widget implements IRenderMime.IRenderer {
  private host: Host | null = null;
  private model: IRenderMime.IMimeModel | null = null;
  private payload: Payload | null = null;
  private source: LiveSource<unknown, object> | null = null;
  private mounting: Promise<void> | null = null;
  private readonly ending = new AbortController();
  private live: LabModel | null = null;
  private liveId: string | undefined;
  private liveKernel: string | undefined;
  private turn = 0;
  private timer: number | undefined;
  private readonly keeper: StateKeeper;

  constructor(
    private readonly options: IRenderMime.IRendererOptions,
    private readonly parts: Parts
  ) {
    super();
    this.addClass('nbf-output');
    this.keeper = new StateKeeper(options.mimeType);
    this.node.addEventListener('keydown', this.onKey);
    const { resolver } = options;
    if (!resolver) return;
    const host = parts.hosts.now(resolver);
    if (host) this.join(host);
    else void parts.hosts.of(resolver).then(there => !this.isDisposed && this.join(there));
  }

  /** Called again when the display is updated, and when the notebook becomes trusted. Waits for no kernel. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const payload = readPayload(model.data[this.options.mimeType]);
    if (typeof payload === 'string') return this.say(payload);
    this.model = model;
    this.payload = payload;
    this.source?.keep(payload);
    this.mounting ??= this.mount(payload);
    await this.mounting;
    this.connect();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.turn++;
    window.clearTimeout(this.timer);
    this.keeper.stop();
    this.drop();
    this.ending.abort();
    super.dispose(); // drops the signals of the session, of which `this` is the thisArg
  }

  private async mount(payload: Payload): Promise<void> {
    const loading = this.parts.load(payload.kind);
    if (!loading) return this.say(`This output shows a “${payload.kind}”, which this version of nbflow does not know.`);
    try {
      const { mount, patch } = await loading;
      if (this.isDisposed) return;
      this.source = new LiveSource<unknown, object>(this.payload ?? payload, {
        vega: this.parts.vega,
        complain: reason => console.warn('nbflow: the kernel did not send its data:', reason),
        patch,
        told: this.told
      });
      const el = this.node.appendChild(document.createElement('div'));
      this.showMode();
      this.source.subscribe(this.changed);
      mount(el, this.source, this.ending.signal);
    } catch (error) {
      this.source = null;
      this.mounting = null;
      this.say(`This output cannot be shown: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  private readonly changed = (): void => {
    this.showMode();
    // Only what a kernel made is written to: to look at a notebook must not change its file.
    if (this.model && this.source?.mode === 'live') this.keeper.soon(this.model, this.source.state);
  };

  /** What was arranged a moment ago belongs to what is saved now. */
  private readonly onSaving = (_: unknown, state: string): void => {
    if (state === 'started') this.keeper.now();
  };

  /** For tests and for style sheets. */
  private showMode(): void {
    this.node.dataset.mode = this.source?.mode;
  }

  private say(text: string): void {
    if (!this.source) this.node.textContent = text;
  }

  private join(host: Host): void {
    this.host = host;
    host.session.kernelChanged.connect(this.check, this);
    host.session.statusChanged.connect(this.check, this);
    host.session.connectionStatusChanged.connect(this.check, this);
    host.saving?.connect(this.onSaving, this);
    this.connect();
  }

  /** Goes live if there is something to go live with. Safe to call at any time. */
  private connect(): void {
    this.goLive().catch((error: unknown) => console.warn('nbflow: this output stays as it was saved:', error));
  }

  private async goLive(): Promise<void> {
    const { host, model, payload, source } = this;
    const turn = ++this.turn; // whatever is under way was for what the output said before
    // What an untrusted output says must not lead to code in a kernel.
    const id = model?.trusted ? payload?.model_id : undefined;
    if (!host || !source || !id || !host.isKernelUp) return this.drop();
    if (this.live && this.isLive && id === this.liveId && source.mode === 'live') return;
    const found = await host.model(id);
    if (turn !== this.turn || this.isDisposed) return;
    this.drop();
    if (!found || !host.isKernelUp) return;
    this.live = found;
    this.liveId = id;
    this.liveKernel = host.kernelId;
    found.on('comm_live_update', this.check);
    found.on('destroy', this.check);
    source.connect(found);
  }

  private get isLive(): boolean {
    return !!this.live?.comm_live && !!this.host?.isKernelUp && this.host.kernelId === this.liveKernel;
  }

  private drop(): void {
    this.live?.off('comm_live_update', this.check);
    this.live?.off('destroy', this.check);
    this.live = null;
    this.source?.disconnect();
  }

  /** Looks a task later, for the manager marks its models dead in a handler of the same signals. */
  private readonly check = (): void => {
    if (this.timer !== undefined || this.isDisposed) return;
    this.timer = window.setTimeout(() => {
      this.timer = undefined;
      // Busy and idle come with each cell, and mean nothing to an output that was saved.
      if (this.live ? !this.isLive : this.host?.isKernelUp && this.payload?.model_id) this.connect();
    });
  };

  /** Takes a new copy for the notebook, where the kernel cannot put it in by itself. */
  private readonly told = (event: Event): void => {
    const bundle = event.event === 'saved' ? (event.bundle as IRenderMime.IMimeModel['data']) : undefined;
    if (bundle) this.model?.setData({ data: bundle });
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key !== 's') return;
    event.preventDefault();
    this.parts.save();
  };
}
