/** Draws Vega-Lite 6, which JupyterLab does not (it draws 3 to 5): what Altair 6 makes is drawn without a network. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { Widget } from '@lumino/widgets';
import type { Chart } from '../views/source';

/** Altair's own name for it, and the one that a registered suffix would give it. */
const MIME_TYPES = ['application/vnd.vegalite.v6+json', 'application/vnd.vegalite.v6.json'];

class RenderedChart extends Widget implements IRenderMime.IRenderer {
  private ending = new AbortController();

  constructor(private readonly mimeType: string) {
    super();
    this.addClass('nbf-chart');
  }

  /** Draws the chart; called again when the display is updated. */
  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    this.ending.abort();
    this.ending = new AbortController();
    const { signal } = this.ending;
    // A new place each time: the drawing that ends may still empty its own.
    const plot = document.createElement('div');
    plot.className = 'nbf-chart-plot';
    this.node.replaceChildren(plot);
    try {
      const { vega } = await import('../views/vega'); // large: a chunk of its own, loaded on the first chart
      if (signal.aborted) return;
      const chart = await vega.draw(plot, model.data[this.mimeType] as object, signal);
      if (!signal.aborted) this.node.append(saving(chart));
    } catch (error) {
      if (signal.aborted) return;
      this.node.textContent = `This chart cannot be drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  override dispose(): void {
    this.ending.abort();
    super.dispose();
  }
}

/** Two buttons that show when the chart has the pointer or the focus. */
function saving(chart: Chart): HTMLElement {
  const bar = document.createElement('div');
  bar.className = 'nbf-chart-bar';
  for (const type of ['svg', 'png'] as const) {
    const button = bar.appendChild(document.createElement('button'));
    button.type = 'button';
    button.textContent = type.toUpperCase();
    button.title = `Save this chart as ${type.toUpperCase()}`;
    button.addEventListener('click', async () => {
      const { saveChart } = await import('../views/chart/save'); // not with the page: few charts are saved
      await saveChart(chart, type, 'chart');
    });
  }
  return bar;
}

export const vega: JupyterFrontEndPlugin<void> = {
  id: 'nbflow:vega',
  description: 'Draws Vega-Lite 6 charts without a network.',
  autoStart: true,
  requires: [IRenderMimeRegistry],
  activate: (_, registry: IRenderMimeRegistry) => {
    registry.addFactory(
      {
        safe: true,
        mimeTypes: MIME_TYPES,
        createRenderer: ({ mimeType }) => new RenderedChart(mimeType)
      },
      0
    );
  }
};
