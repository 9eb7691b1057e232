/** Says that runs arrived, to who does not see them come. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { tn } from '../i18n';
import type { Runs } from './use-runs';

/** Draws words that are heard and not seen. */
export function Arrivals({ paged }: { paged: Runs['paged'] }) {
  const { question } = paged; // another one has another number of answers, and nothing arrived
  const { n, exact } = paged.total;
  const before = useRef({ question, n, exact });
  const [said, setSaid] = useState('');
  useEffect(() => {
    const { current } = before;
    const more = n - current.n;
    if (current.question === question && current.exact && exact && more > 0) {
      setSaid(tn('%1 new run', '%1 new runs', more));
    }
    before.current = { question, n, exact };
  }, [question, n, exact]);
  return (
    <span class="nbf-heard" role="status">
      {said}
    </span>
  );
}
