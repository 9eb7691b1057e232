/** Registers a model that a run logged: under a new name, or as a version of a model that is there. */

import type { StoreApi } from '../../api/store-api';
import type { Version } from '../../api/types';
import { t } from '../../i18n';
import { UserText } from '../../views/parts/text';
import { Dialog } from '../dialog';
import { useAsked } from '../hooks';

/** What is registered, and what the dialog stands beside. */
export interface Registering {
  readonly path: string;
  readonly anchor: HTMLElement | { readonly x: number; readonly y: number };
}

export interface RegisterDialogProps {
  store: StoreApi;
  runId: string;
  registering: Registering;
  onDone: (version: Version) => void;
  onClose: () => void;
}

const MOST_NAMES = 200;

/** The dialog; models that are there are suggested. */
export function RegisterDialog({ store, runId, registering, onDone, onClose }: RegisterDialogProps) {
  const known = useAsked({ ask: signal => store.models({ max_results: MOST_NAMES }, signal), of: [store] }).value;
  const { path, anchor } = registering;
  return (
    <Dialog
      label={t('Register the model')}
      anchor={anchor}
      onClose={onClose}
      question={
        <>
          {t('The model')}{' '}
          <b>
            <UserText text={path} limit={60} />
          </b>{' '}
          {t('becomes the next version of a registered model. A name that is not there yet makes a new one.')}
        </>
      }
      fields={[
        {
          name: 'name',
          label: t('Name of the registered model'),
          list: known?.models.map(model => model.name) ?? []
        },
        { name: 'description', label: t('What is new in this version'), optional: true, long: true }
      ]}
      does={t('Register')}
      act={async ({ name, description }) =>
        onDone(
          await store.createVersion(name.trim(), {
            source: `runs:/${runId}/${path}`,
            run_id: runId,
            ...(description.trim() && { description })
          })
        )
      }
    />
  );
}
