/** The plugin that the others get the server, the state and the shell from. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { INotebookTracker } from '@jupyterlab/notebook';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator } from '@jupyterlab/translation';
import { setTranslation } from '../i18n';
import { PluginIds } from './ids';
import { INbflow, type LabServices } from './nbflow';
import { labRequester, pagesUrl } from './requester';
import { labShell } from './shell';
import { LabState } from './state';

export const services: JupyterFrontEndPlugin<INbflow> = {
  id: PluginIds.services,
  description: 'Gives the stores of nbflow to those who show them.',
  autoStart: true,
  provides: INbflow,
  optional: [INotebookTracker, IDocumentManager, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    notebooks: INotebookTracker | null,
    documents: IDocumentManager | null,
    db: IStateDB | null,
    translator: ITranslator | null
  ) => {
    if (translator) setTranslation(translator.load('nbflow'));
    const settings = app.serviceManager.serverSettings;
    const load = async (): Promise<LabServices> => {
      const [{ Api }, state] = await Promise.all([import('../api/api'), LabState.load(db)]);
      const vega = async () => (await import('../views/vega')).vega;
      const api = new Api(labRequester(settings), { state, vega });
      return { api, state, shell: labShell({ app, notebooks, documents, pagesUrl: pagesUrl(settings) }) };
    };
    let loading: Promise<LabServices> | null = null;
    return {
      pagesUrl: pagesUrl(settings),
      services: () => {
        loading ??= load().catch((error: unknown) => {
          loading = null; // a chunk that did not come may come the next time
          throw error;
        });
        return loading;
      }
    };
  }
};
