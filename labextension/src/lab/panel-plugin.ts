/** The side panel, and what opens it: command, launcher, menu. */

import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { t } from '../i18n';
import { nbflowIcon } from './icons';
import { CommandIds, PANEL_ID, PluginIds } from './ids';
import { INbflow } from './nbflow';
import { PanelWidget } from './panel-widget';

/** Behind JupyterLab's own panels, which have 100 to 500. */
const RANK = 600;
/** Under this key the panel finds what the settings say. */
const SETTINGS = 'settings.panel';

export const panel: JupyterFrontEndPlugin<void> = {
  id: PluginIds.panel,
  description: 'Shows experiments, runs and registered models beside the notebook.',
  autoStart: true,
  requires: [INbflow],
  optional: [ILabShell, ILayoutRestorer, ICommandPalette, ILauncher, ISettingRegistry],
  activate: (
    app: JupyterFrontEnd,
    nbflow: INbflow,
    lab: ILabShell | null,
    restorer: ILayoutRestorer | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    registry: ISettingRegistry | null
  ) => {
    let offered: unknown;
    const widget = new PanelWidget(async () => {
      const [services] = await Promise.all([nbflow.services(), read]);
      services.state.offer(SETTINGS, offered);
      return services;
    });
    app.shell.add(widget, 'left', { rank: RANK });
    restorer?.add(widget, PANEL_ID);

    app.commands.addCommand(CommandIds.openPanel, {
      label: args => {
        if (args.isLauncher) return 'nbflow';
        // In the menu it stands among the names of panels.
        return args.isPalette ? t('Show Experiments, Runs and Models') : t('Experiments, Runs and Models');
      },
      caption: t('Show the panel of nbflow'),
      icon: args => (args.isLauncher ? nbflowIcon : undefined),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => app.shell.activateById(PANEL_ID)
    });
    palette?.addItem({ command: CommandIds.openPanel, category: 'nbflow', args: { isPalette: true } });
    launcher?.add({ command: CommandIds.openPanel, category: t('Other'), args: { isLauncher: true } });

    const heed = (settings: ISettingRegistry.ISettings, isFirst: boolean): void => {
      const { place, ...shown } = settings.composite;
      const area = place === 'right' ? 'right' : 'left';
      const isThere = lab ? [...lab.widgets(area)].includes(widget) : true;
      // Of the user's wish alone: JupyterLab has a menu to move panels, too, and remembers.
      if (!isThere && (!isFirst || area === 'right')) app.shell.add(widget, area, { rank: RANK });
      offered = shown;
      if (!isFirst) widget.redraw();
    };
    const read = registry
      ?.load(PluginIds.panel)
      .then(settings => {
        heed(settings, true);
        settings.changed.connect(() => heed(settings, false));
      })
      .catch((error: unknown) => console.warn('nbflow: the settings of the panel cannot be read:', error));
  }
};
