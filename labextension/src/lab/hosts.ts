/** Which notebook or console an output is in, and how to get at the widgets of its kernel. */
import type { ISessionContext } from '@jupyterlab/apputils';
import type { ConsolePanel, IConsoleTracker } from '@jupyterlab/console';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { PromiseDelegate } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';
import type { WidgetModel } from './widget-model';

/** The MIME type by which a widget is shown, whose renderers know the widget manager. */
const WIDGET_VIEW = 'application/vnd.jupyter.widget-view+json';

/** jupyterlab_widgets registers its renderer in a notebook when the session is ready, in tasks that follow. */
const WAITS_MS = [0, 50, 500, 2000];

const DEAD_STATUSES: readonly string[] = ['dead', 'terminating', 'restarting', 'autorestarting'];

/** A widget's model as JupyterLab has it. */
export interface LabModel extends WidgetModel {
  /** Whether there is a kernel behind it; not so for one restored from the notebook's saved widget state. */
  readonly comm_live: boolean;
}

/** What is used of jupyterlab_widgets' manager. */
interface WidgetManager {
  has_model(id: string): boolean;
  get_model(id: string): Promise<LabModel>;
  readonly restoredStatus: boolean;
  readonly restored: ISignal<unknown, void>;
}

/** One notebook or console: all its panels and output views share a session and a resolver of URLs. */
export class Host {
  private known: WidgetManager | null = null;
  private looking: Promise<WidgetManager | null> | null = null;

  constructor(
    readonly session: ISessionContext,
    private readonly rendermime: IRenderMimeRegistry,
    private readonly top: IRenderMimeRegistry,
    /** Says `started` when the notebook is about to be saved; consoles have none. */
    readonly saving: ISignal<unknown, string> | null = null
  ) {}

  get kernelId(): string | undefined {
    return this.session.session?.kernel?.id;
  }

  get isKernelUp(): boolean {
    const kernel = this.session.session?.kernel;
    return !!kernel && !DEAD_STATUSES.includes(kernel.status);
  }

  /** Gives the manager of the kernel's widgets; null where there is none. All outputs share one look for it. */
  manager(): Promise<WidgetManager | null> {
    this.looking ??= this.look().finally(() => {
      this.looking = null;
    });
    return this.looking;
  }

  /** Gives the model of a widget that lives, or null. Waits until the kernel was once asked for its widgets. */
  async model(id: string): Promise<LabModel | null> {
    const manager = await this.manager();
    if (!manager) return null;
    if (!manager.has_model(id) && !manager.restoredStatus) await restored(manager);
    if (!manager.has_model(id)) return null;
    const model = await manager.get_model(id);
    return model.comm_live ? model : null;
  }

  private async look(): Promise<WidgetManager | null> {
    await this.session.ready;
    for (const wait of WAITS_MS) {
      if (this.known) return this.known;
      await new Promise(resolve => setTimeout(resolve, wait));
      const factory = this.rendermime.getFactory(WIDGET_VIEW);
      // The application's own factory is a placeholder: its renderers wait for ever for a manager.
      if (!factory || factory === this.top.getFactory(WIDGET_VIEW)) continue;
      // The one private name that is used. Were it to go, outputs would stay as they were saved.
      const probe = this.rendermime.createRenderer(WIDGET_VIEW) as IRenderMime.IRenderer & {
        _manager?: { promise: Promise<WidgetManager> };
      };
      this.known = (await probe._manager?.promise) ?? null;
      probe.dispose();
    }
    return this.known;
  }
}

/** All notebooks and consoles of the page, by the resolver that their renderers are given. */
export class Hosts {
  private readonly slots = new WeakMap<object, { host: Host | null; promise: PromiseDelegate<Host> }>();

  constructor(
    private readonly top: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ) {
    const addNotebook = (panel: NotebookPanel): void =>
      this.add(panel.content.rendermime, panel.sessionContext, panel.context.saveState);
    const addConsole = (panel: ConsolePanel): void => this.add(panel.console.rendermime, panel.sessionContext);
    notebooks?.forEach(addNotebook);
    notebooks?.widgetAdded.connect((_, panel) => addNotebook(panel));
    consoles?.forEach(addConsole);
    consoles?.widgetAdded.connect((_, panel) => addConsole(panel));
  }

  /** Gives the host if it is there already. */
  now(resolver: IRenderMime.IResolver): Host | null {
    return this.slot(resolver).host;
  }

  /** Resolves when the host is there: outputs may be drawn before it is announced. */
  of(resolver: IRenderMime.IResolver): Promise<Host> {
    return this.slot(resolver).promise.promise;
  }

  private add(rendermime: IRenderMimeRegistry, session: ISessionContext, saving?: ISignal<unknown, string>): void {
    if (!rendermime.resolver) return;
    const slot = this.slot(rendermime.resolver);
    if (slot.host) return; // another panel of the same notebook
    slot.host = new Host(session, rendermime, this.top, saving ?? null);
    slot.promise.resolve(slot.host);
    slot.host.manager().catch(() => null); // so that it is known when the first cell runs
  }

  private slot(resolver: object): { host: Host | null; promise: PromiseDelegate<Host> } {
    let slot = this.slots.get(resolver);
    if (!slot) {
      slot = { host: null, promise: new PromiseDelegate<Host>() };
      this.slots.set(resolver, slot);
    }
    return slot;
  }
}

function restored(manager: WidgetManager): Promise<void> {
  return new Promise(resolve => {
    const done = (): void => {
      manager.restored.disconnect(done);
      resolve();
    };
    manager.restored.connect(done);
  });
}
