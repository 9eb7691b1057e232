/** A view as anywidget wants it, for pages where it is drawn over a widget's model alone: VS Code, Colab, inside a VBox. */
import type { Vega } from '../views/source';
import { LiveSource } from './live-source';
import type { WidgetModule } from './registry';
import type { AnyView } from './view-module';

/** Gives a way to draw charts, over the model of the widget that wants one. */
export type LoadVega = (context: Parameters<WidgetModule['render']>[0]) => Promise<Vega | null>;

export function asWidget({ mount, patch }: AnyView, loadVega: LoadVega): WidgetModule {
  return {
    render(context) {
      const { model, el } = context;
      const signal = context.signal ?? new AbortController().signal;
      const state = model.get('state') as object;
      const payload = { version: 1, kind: '', data: null, state, revision: -1 }; // older than any: it is asked for
      const source = new LiveSource<unknown, object>(payload, {
        vega: () => loadVega(context),
        complain: reason => {
          if (source.data === null) say(el, reason instanceof Error ? reason.message : String(reason));
        },
        patch
      });
      const stop = source.subscribe(() => {
        if (source.data === null) return;
        stop();
        el.replaceChildren();
        mount(el, source, signal);
      });
      say(el, 'Waiting for the kernel …');
      const end = (): void => source.disconnect();
      model.on('destroy', end);
      signal.addEventListener(
        'abort',
        () => {
          model.off('destroy', end);
          end();
        },
        { once: true }
      );
      source.connect(model);
    }
  };
}

function say(el: HTMLElement, text: string): void {
  const message = document.createElement('div');
  message.className = 'nbf-waiting';
  message.setAttribute('role', 'status');
  message.textContent = text;
  el.replaceChildren(message);
}
