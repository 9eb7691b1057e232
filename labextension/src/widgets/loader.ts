/**
 * The module that every widget carries, hence a small one: it finds the view's code in the page, where JupyterLab has our
 * extension, or else asks the kernel for it.
 */
import { askOnce } from '../lab/asking';
import { getRegistry, type WidgetModule } from '../lab/registry';
import { importText } from './import-text';

type Context = Parameters<WidgetModule['render']>[0];

/** A page asks only once for each kind. */
const fetched = new Map<string, Promise<WidgetModule>>();

async function render(context: Context): Promise<void> {
  const kind = String(context.model.get('_kind'));
  try {
    const module = await (getRegistry()?.load(kind) ?? fromKernel(kind, context));
    if (!context.signal?.aborted) module.render(context);
  } catch (error) {
    context.el.textContent = `This view cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function fromKernel(kind: string, context: Context): Promise<WidgetModule> {
  let module = fetched.get(kind);
  if (!module) {
    module = fetchModule(context);
    fetched.set(kind, module);
    module.catch(() => fetched.delete(kind));
  }
  return module;
}

async function fetchModule({ model, el }: Context): Promise<WidgetModule> {
  const { js, css } = (await askOnce(model, 'bundle')) as { js: string; css: string };
  const root = el.getRootNode();
  const style = document.createElement('style');
  style.textContent = css;
  (root instanceof ShadowRoot ? root : document.head).append(style);
  return (await importText(js)) as WidgetModule;
}

export default { render };
