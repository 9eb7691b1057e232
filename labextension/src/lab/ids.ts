/** Names by which commands, places and settings of JupyterLab are known. */

export const CommandIds = {
  openPanel: 'nbflow:open-panel',
  openPage: 'nbflow:open-page',
  openActiveRun: 'nbflow:open-active-run',
  newRun: 'nbflow:new-run-from-cell',
  showSource: 'nbflow:show-source'
} as const;

export const PluginIds = {
  services: 'nbflow:services',
  panel: 'nbflow:panel',
  tabs: 'nbflow:tabs',
  notebook: 'nbflow:notebook'
} as const;

/** The side panel's id, in the shell and in the layout that is restored. */
export const PANEL_ID = 'nbflow-panel';

/** The item of a notebook's toolbar, as the schema of the settings names it. */
export const TOOLBAR_ITEM = 'nbflow-active-run';
