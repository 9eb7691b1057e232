/** Says when news do not come by themselves. */

import { useEffect, useState } from 'preact/hooks';
import type { Events } from '../api/events';
import { t } from '../i18n';

const PATIENCE_MS = 3_000; // a connection that comes back at once is nothing to tell of

/** Nothing while all is well. */
export function Connection({ events }: { events: Events }) {
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = (connected: boolean) => {
      clearTimeout(timer);
      if (connected) setLost(false);
      else timer = setTimeout(() => setLost(!events.connected), PATIENCE_MS);
    };
    look(events.connected);
    const stop = events.onConnected(look);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [events]);
  if (!lost) return null;
  return (
    <span
      class="nbf-ui-mark nbf-ui-lost"
      role="status"
      title={t('The server does not tell of changes. It is asked every few seconds.')}
    >
      {t('not live')}
    </span>
  );
}
