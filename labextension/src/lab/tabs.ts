/** Pages in tabs of the main area, each once, and there again after a reload. */

import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, Notification, WidgetTracker } from '@jupyterlab/apputils';
import { t } from '../i18n';
import { addressOf, keyOf, placeOf } from '../pages/routes';
import type { PageRef } from '../shell';
import { CommandIds, PluginIds } from './ids';
import { INbflow } from './nbflow';
import { PageWidget } from './page-widget';

type Tab = MainAreaWidget<PageWidget>;

export const tabs: JupyterFrontEndPlugin<void> = {
  id: PluginIds.tabs,
  description: 'Shows experiments, runs, comparisons and models in tabs.',
  autoStart: true,
  requires: [INbflow],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    lab: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null
  ) => {
    const tracker = new WidgetTracker<Tab>({ namespace: 'nbflow-pages' });

    app.commands.addCommand(CommandIds.openPage, {
      // In menus each page has its own name.
      label: ({ label }) => (typeof label === 'string' ? label : t('Open a Page of nbflow')),
      describedBy: { args: { type: 'object', properties: { address: { type: 'string' }, title: { type: 'string' } } } },
      execute: ({ address, title }) => {
        // It may come from a workspace that somebody wrote.
        const place = typeof address === 'string' ? placeOf(address) : null;
        if (!place || place.page === 'start') return null;
        if (lab) return openTab(place, typeof title === 'string' ? title : '');
        // Notebook 7 shows one document in a window, and opens others in new ones.
        window.open(nbflow.pagesUrl + addressOf(place), '_blank', 'noopener');
        return null;
      }
    });

    function openTab(ref: PageRef, title: string): Tab {
      const key = keyOf(ref);
      const known = tracker.find(tab => keyOf(tab.content.ref) === key);
      if (known) {
        known.content.turnTo(ref);
        void tracker.save(known);
        app.shell.activateById(known.id);
        return known;
      }
      const tab: Tab = new MainAreaWidget({ content: new PageWidget(ref, nbflow.services, title) });
      tab.toolbar.hide();
      tab.title.changed.connect(() => void tracker.save(tab));
      void tracker.add(tab);
      app.shell.add(tab, 'main', { type: 'nbflow' });
      app.shell.activateById(tab.id);
      return tab;
    }

    if (lab && restorer) {
      void restorer.restore(tracker, {
        command: CommandIds.openPage,
        args: tab => ({ address: addressOf(tab.content.ref), title: tab.title.label }),
        name: tab => keyOf(tab.content.ref)
      });
    }

    const shownRun = (): (PageRef & { page: 'run' }) | null => {
      const ref = app.shell.currentWidget === tracker.currentWidget ? tracker.currentWidget?.content.ref : undefined;
      return ref?.page === 'run' ? ref : null;
    };
    app.commands.addCommand(CommandIds.showSource, {
      label: t('Show Where This Run Came From'),
      caption: t('Open the notebook of the run, at the cell that made it'),
      describedBy: { args: { type: 'object', properties: { store: { type: 'string' }, run_id: { type: 'string' } } } },
      isEnabled: ({ run_id }) => typeof run_id === 'string' || shownRun() !== null,
      execute: async args => {
        const { store, run_id } = typeof args.run_id === 'string' ? args : (shownRun() ?? {});
        if (typeof store !== 'string' || typeof run_id !== 'string') return;
        const { api, shell } = await nbflow.services();
        const { where } = await api.store(store).run(run_id);
        if (where) return await shell.openNotebook?.(where.notebook, where.cell_id);
        Notification.info(t('This run came from no notebook, or from one that is not known here.'), {
          autoClose: 8_000
        });
      }
    });
    palette?.addItem({ command: CommandIds.showSource, category: 'nbflow' });
  }
};
