/** What notebooks have of us: the active run in the toolbar, and commands that make and open runs. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IToolbarWidgetRegistry } from '@jupyterlab/apputils';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { t } from '../i18n';
import { addressOf } from '../pages/routes';
import { ActiveRuns } from './active-runs';
import { nbflowIcon } from './icons';
import { CommandIds, PluginIds, TOOLBAR_ITEM } from './ids';
import { INbflow } from './nbflow';
import { runAsRun } from './notebooks';
import { RunItem } from './run-item';

export const notebook: JupyterFrontEndPlugin<void> = {
  id: PluginIds.notebook,
  description: 'Shows the active run of a notebook, and makes runs of its cells.',
  autoStart: true,
  requires: [INbflow, INotebookTracker],
  optional: [IToolbarWidgetRegistry, ICommandPalette, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    notebooks: INotebookTracker,
    toolbars: IToolbarWidgetRegistry | null,
    palette: ICommandPalette | null,
    registry: ISettingRegistry | null
  ) => {
    const { commands } = app;
    const { contents } = app.serviceManager;
    const actives = new WeakMap<NotebookPanel, ActiveRuns>();
    const items = new Set<RunItem>();
    let isShown = true;

    toolbars?.addFactory<NotebookPanel>('Notebook', TOOLBAR_ITEM, panel => {
      const active = new ActiveRuns(panel, nbflow.services, path => contents.localPath(path));
      const item = new RunItem(active, commands);
      item.setHidden(!isShown);
      actives.set(panel, active);
      items.add(item);
      item.disposed.connect(() => items.delete(item));
      return item;
    });
    registry
      ?.load(PluginIds.notebook)
      .then(settings => {
        const heed = (): void => {
          isShown = settings.composite.showActiveRun !== false;
          for (const item of items) item.setHidden(!isShown);
        };
        heed();
        settings.changed.connect(heed);
      })
      .catch((error: unknown) => console.warn('nbflow: the settings of notebooks cannot be read:', error));

    const isInFront = (): boolean => {
      const { currentWidget } = notebooks;
      return currentWidget !== null && currentWidget === app.shell.currentWidget;
    };
    const changed = (): void => commands.notifyCommandChanged(CommandIds.newRun);
    notebooks.currentChanged.connect(changed);
    notebooks.activeCellChanged.connect(changed);

    commands.addCommand(CommandIds.newRun, {
      label: t('New Run from This Cell'),
      caption: t(
        'Run the cell as a run of nbflow: put %1 above its code if it is not there, and execute it',
        RUN_MAGIC
      ),
      icon: args => (args.isContext ? nbflowIcon : undefined),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: ({ isContext }) => isInFront() && (!!isContext || notebooks.activeCell?.model.type === 'code'),
      execute: async ({ isContext }) => {
        const panel = notebooks.currentWidget;
        if (!panel) return;
        if (isContext) {
          // A click with the right button into the code of a cell does not make it the active one.
          const node = app.contextMenuHitTest(each => each.classList.contains('jp-Cell'));
          const index = panel.content.widgets.findIndex(cell => cell.node === node);
          if (index >= 0) panel.content.activeCellIndex = index;
        }
        await runAsRun(panel, () => commands.execute('notebook:run-cell'));
      }
    });
    commands.addCommand(CommandIds.openActiveRun, {
      label: t('Open the Active Run of This Notebook'),
      describedBy: { args: { type: 'object', properties: {} } },
      isEnabled: () => isInFront() && !!activeRun(),
      execute: async () => {
        const address = activeRun();
        if (address) await commands.execute(CommandIds.openPage, { address });
      }
    });
    for (const command of [CommandIds.newRun, CommandIds.openActiveRun]) {
      palette?.addItem({ command, category: 'nbflow' });
    }

    function activeRun(): string | null {
      const active = notebooks.currentWidget ? actives.get(notebooks.currentWidget) : undefined;
      const run = active?.runs[0];
      return run && active?.store ? addressOf({ page: 'run', store: active.store, run_id: run.run_id }) : null;
    }
  }
};

const RUN_MAGIC = '%%nbflow run';
