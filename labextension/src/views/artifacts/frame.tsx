/** Somebody's page, shut in: it reaches neither this page nor any host, and runs no script unless it is told to. */

import { useMemo, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { tip } from '../parts/text';

// What holds for the whole page, since it stands first in it. A script may draw; it may load and send nothing.
const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'unsafe-eval' blob: data:",
  'worker-src blob: data:',
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  'media-src data: blob:',
  'font-src data:',
  "form-action 'none'",
  "base-uri 'none'"
].join('; ');

/** The page as it is put into a frame. */
export function shutIn(html: string): string {
  return `<!doctype html><meta http-equiv="Content-Security-Policy" content="${POLICY}"><meta name="referrer" content="no-referrer">${html}`;
}

/** The page without its scripts: the frame would not run them, but the browser would complain of each. */
function withoutScripts(html: string): string {
  const page = new DOMParser().parseFromString(html, 'text/html'); // in which nothing runs or loads
  for (const el of page.querySelectorAll('script')) el.remove();
  for (const el of page.querySelectorAll('*')) {
    for (const { name } of [...el.attributes]) if (/^on/i.test(name)) el.removeAttribute(name);
  }
  return page.documentElement.outerHTML;
}

/** Shows a page, without its scripts until a button says otherwise. */
export function Page({ html, scripts, label }: { html: string; scripts: boolean; label: string }) {
  const [run, setRun] = useState(false);
  // A page whose own policy forbids foreign scripts hands it down to all that it frames.
  const may = document.body.dataset.nbfFrames !== 'still';
  const shown = useMemo(() => shutIn(run ? html : withoutScripts(html)), [html, run]);
  return (
    <div class="nbf-page">
      {scripts && (
        <div class="nbf-page-bar">
          {may && (
            <Button
              label={run ? 'Stop the scripts of this page' : 'Run the scripts of this page'}
              pressed={run}
              onClick={() => setRun(!run)}
            >
              {run ? 'Stop its scripts' : 'Run its scripts'}
            </Button>
          )}
          <span class="nbf-soft">
            {run
              ? 'They are shut in and cannot reach this notebook; what this page holds they could send away.'
              : may
                ? 'This page draws itself by scripts, which do not run yet.'
                : 'This page draws itself by scripts, which do not run here. Download it to see all of it.'}
          </span>
        </div>
      )}
      {/* A new element for each way: a frame keeps what it may do from when it was loaded. */}
      <iframe
        key={String(run)}
        class="nbf-page-frame"
        title={tip(label)}
        sandbox={run ? 'allow-scripts' : ''}
        srcdoc={shown}
        referrerpolicy="no-referrer"
        loading="lazy"
      />
    </div>
  );
}
