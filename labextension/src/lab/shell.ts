/** JupyterLab, as the panel and the pages see it. */

import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IDocumentManager } from '@jupyterlab/docmanager';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { t } from '../i18n';
import { addressOf } from '../pages/routes';
import type { Shell } from '../shell';
import { CommandIds } from './ids';
import { dragCell, insertCell, showCell } from './notebooks';

export interface ShellParts {
  readonly app: JupyterFrontEnd;
  readonly notebooks: INotebookTracker | null;
  readonly documents: IDocumentManager | null;
  readonly pagesUrl: string;
}

export function labShell({ app, notebooks, documents, pagesUrl }: ShellParts): Shell {
  const { contents } = app.serviceManager;
  const pathOf = (panel: NotebookPanel): string => contents.localPath(panel.context.path); // without its drive
  return {
    open: ref => void app.commands.execute(CommandIds.openPage, { address: addressOf(ref) }),
    link: ref => pagesUrl + addressOf(ref),
    insert:
      notebooks &&
      (async code => {
        const panel = notebooks.currentWidget;
        if (!panel) return false;
        app.shell.activateById(panel.id); // a page may lie in front of it
        return await insertCell(panel, code);
      }),
    dragStart: notebooks && dragCell,
    openNotebook: documents && ((path, cellId) => openNotebook(app, documents, path, cellId)),
    notebookFolder: () => (notebooks?.currentWidget ? pathOf(notebooks.currentWidget) : null),
    onNotebookChanged: changed => (notebooks ? onNotebookChanged(notebooks, changed) : () => undefined)
  };
}

async function openNotebook(
  app: JupyterFrontEnd,
  documents: IDocumentManager,
  path: string,
  cellId: string | null
): Promise<void> {
  const name = PathExt.basename(path);
  try {
    // JupyterLab would open it, fail, and put a dialog over everything.
    await app.serviceManager.contents.get(path, { content: false });
  } catch {
    Notification.warning(t('%1 is not there any more, or was never below the folder that JupyterLab shows.', path), {
      autoClose: 8_000
    });
    return;
  }
  const widget = documents.openOrReveal(path) as NotebookPanel | undefined;
  // It may be open as text.
  if (!widget || cellId === null || !('sessionContext' in widget)) return;
  if (await showCell(widget, cellId)) return;
  Notification.info(t('The cell is not in %1 any more.', name), { autoClose: 8_000 });
}

/** A notebook that is given another name is another one, too: its store may be another. */
function onNotebookChanged(notebooks: INotebookTracker, changed: () => void): () => void {
  let watched: NotebookPanel | null = null;
  const moved = (): void => changed();
  const watch = (panel: NotebookPanel | null): void => {
    watched?.context.pathChanged.disconnect(moved);
    watched = panel;
    watched?.context.pathChanged.connect(moved);
  };
  const current = (): void => {
    watch(notebooks.currentWidget);
    changed();
  };
  watch(notebooks.currentWidget);
  notebooks.currentChanged.connect(current);
  return () => {
    watch(null);
    notebooks.currentChanged.disconnect(current);
  };
}
