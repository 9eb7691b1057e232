/** The plugin that draws our outputs, and lets widgets on the page find our views. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IConsoleTracker } from '@jupyterlab/console';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { Vega } from '../views/source';
import { asWidget } from './as-widget';
import { Hosts } from './hosts';
import { PROTOCOL, setRegistry } from './registry';
import { RenderedView } from './rendered-view';
import { loadView } from './views';

/** Lower is first; the renderer of widgets has -10, and would show nothing where the kernel is gone. */
const RANK = -20;

const MIME_TYPES = ['runs', 'run', 'compare', 'live', 'model', 'form'].map(
  kind => `application/vnd.nbflow.${kind}.v1+json`
);

const vega = async (): Promise<Vega | null> => (await import('../views/vega')).vega;

export const renderer: JupyterFrontEndPlugin<void> = {
  id: 'nbflow:renderer',
  description: 'Draws the outputs of nbflow: live over a kernel, or as the notebook kept them.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, IConsoleTracker],
  activate: (
    app: JupyterFrontEnd,
    registry: IRenderMimeRegistry,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null
  ) => {
    const hosts = new Hosts(registry, notebooks, consoles);
    const save = (): void => void app.commands.execute('docmanager:save');
    setRegistry({
      protocol: PROTOCOL,
      load: kind => loadView(kind)?.then(view => asWidget(view, vega))
    });
    registry.addFactory(
      {
        safe: true,
        mimeTypes: MIME_TYPES,
        createRenderer: options => new RenderedView(options, { hosts, load: loadView, save, vega })
      },
      RANK
    );
  }
};
