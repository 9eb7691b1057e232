/** What is done to notebooks: cells put in, dragged in, shown, and run as runs. */

import { Notification } from '@jupyterlab/apputils';
import type { Cell } from '@jupyterlab/cells';
import { type Notebook, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { MimeData } from '@lumino/coreutils';
import { Drag } from '@lumino/dragdrop';
import { t } from '../i18n';
import { nbflowIcon } from './icons';

/** Under this type, notebooks take what is dropped on them as cells. */
const CELLS = 'application/vnd.jupyter.cells';
const RUN_LINE = '%%nbflow run\n';
const LOAD_LINE = '%load_ext nbflow';
const HAS_RUN_LINE = /^\s*%%nbflow[ \t]+run\b/;
const HAS_LOAD_LINE = /^[ \t]*%(?:re)?load_ext[ \t]+nbflow\b/m;
/** For kernels alone: nobody sees it. */
const LOAD = "get_ipython().run_line_magic('load_ext', 'nbflow')";

/** Makes a cell as notebooks take it. */
function codeCell(source: string) {
  return { cell_type: 'code' as const, source, metadata: { trusted: true }, outputs: [], execution_count: null };
}

/** Puts a new cell below the active one, and goes there; false where the notebook cannot be changed. */
export async function insertCell({ content }: NotebookPanel, code: string): Promise<boolean> {
  const shared = content.model?.sharedModel;
  if (!shared || content.model?.readOnly) return false;
  const index = content.widgets.length ? content.activeCellIndex + 1 : 0;
  shared.insertCell(index, codeCell(code));
  await goTo(content, index, 'smart');
  return true;
}

/** Begins to drag code: what is dropped into a notebook becomes a cell, and into an editor, text. */
export function dragCell(event: PointerEvent | DragEvent, code: string, label: string): void {
  event.preventDefault(); // the browser's own dragging would end ours
  const mimeData = new MimeData();
  mimeData.setData(CELLS, [codeCell(code)]);
  mimeData.setData('text/plain', code);
  const dragImage = document.createElement('div');
  dragImage.className = 'nbf-drag';
  nbflowIcon.element({ container: dragImage.appendChild(document.createElement('span')) });
  dragImage.append(label);
  const drag = new Drag({ mimeData, dragImage, supportedActions: 'copy', proposedAction: 'copy' });
  // Else the browser would select all that the pointer passes.
  document.getSelection()?.removeAllRanges();
  document.addEventListener('selectstart', prevent, true);
  void drag.start(event.clientX, event.clientY).finally(() => {
    document.removeEventListener('selectstart', prevent, true);
    drag.dispose();
  });
}

function prevent(event: Event): void {
  event.preventDefault();
}

/** Shows the cell with an id; false where there is none. */
export async function showCell(panel: NotebookPanel, cellId: string): Promise<boolean> {
  await panel.context.ready;
  await panel.revealed;
  const { content } = panel;
  const index = content.widgets.findIndex(cell => cell.model.id === cellId);
  const cell = content.widgets[index];
  if (!cell) return false;
  NotebookActions.expandParent(cell, content); // it may be below a heading that is folded
  await goTo(content, index, 'center');
  return true;
}

/** Runs the active cell as a run: with the line above its code that says so. */
export async function runAsRun(panel: NotebookPanel, run: () => Promise<unknown>): Promise<void> {
  const { content } = panel;
  const cell = content.activeCell;
  const kernel = panel.sessionContext.session?.kernel;
  if (cell?.model.type !== 'code') return warn(t('Choose a cell of code: its run is made of that.'));
  if (!kernel) return warn(t('Start a kernel first: this notebook has none.'));
  const source = cell.model.sharedModel.getSource();
  const isNew = !HAS_RUN_LINE.test(source);
  if (isNew && (cell.model.getMetadata('editable') === false || content.model?.readOnly)) {
    return warn(t('This cell cannot be changed: no line can be put above its code.'));
  }
  if (!(await loadMagics(kernel)) || cell.isDisposed) return;
  if (isNew) cell.model.sharedModel.updateSource(0, 0, RUN_LINE);
  content.activeCellIndex = content.widgets.indexOf(cell);
  content.deselectAll();
  if (isNew && !loadsMagics(content)) offerLoadLine(content);
  await run();
}

/** Teaches the kernel `%%nbflow`; where it already can, nothing happens. Tells whether it can. */
async function loadMagics(kernel: Kernel.IKernelConnection): Promise<boolean> {
  const { language_info } = await kernel.info;
  if (language_info.name !== 'python') {
    warn(t('This kernel speaks %1: nbflow is for Python.', language_info.name));
    return false;
  }
  const { content } = await kernel.requestExecute({ code: LOAD, silent: true, store_history: false }).done;
  if (content.status === 'ok') return true;
  const isMissing = content.status === 'error' && content.ename === 'ModuleNotFoundError';
  warn(
    isMissing
      ? t('This kernel has no nbflow. Install it there: %pip install jupyter-nbflow')
      : t('The kernel could not load nbflow.')
  );
  return false;
}

function loadsMagics(content: Notebook): boolean {
  return content.widgets.some(
    ({ model }) => model.type === 'code' && HAS_LOAD_LINE.test(model.sharedModel.getSource())
  );
}

/** Now the kernel knows the line; one that is started tomorrow will not. */
function offerLoadLine(content: Notebook): void {
  Notification.info(t('A new kernel must load nbflow before it runs this cell: %1', LOAD_LINE), {
    autoClose: 12_000,
    actions: [
      {
        label: t('Put it at the top'),
        callback: () => {
          if (!content.isDisposed) content.model?.sharedModel.insertCell(0, codeCell(LOAD_LINE));
        }
      }
    ]
  });
}

async function goTo(content: Notebook, index: number, where: 'smart' | 'center'): Promise<void> {
  content.activeCellIndex = index;
  content.deselectAll();
  content.mode = 'command';
  const cell: Cell | undefined = content.widgets[index];
  await content.scrollToItem(index, where);
  if (cell && !content.isDisposed) content.activate();
}

function warn(text: string): void {
  Notification.warning(text, { autoClose: 8_000 });
}
