/** Text set out in lines; JSON with what each part is. */

import { useMemo, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { visible } from '../parts/text';

const FIRST_LENGTH = 20_000;
const MARKED_LENGTH = 60_000; // beyond it, marking words costs more than it helps
const TOKEN = /("(?:[^"\\\n]|\\.)*"(?=\s*:))|("(?:[^"\\\n]|\\.)*")|(-?\b\d[\d.eE+-]*|\b(?:true|false|null)\b)/g;

/** Shows a text as it is, the rest of a long one on demand. */
export function SetOut({ text, language }: { text: string; language: string }) {
  const [all, setAll] = useState(false);
  const shown = all ? text : text.slice(0, FIRST_LENGTH);
  const lines = useMemo(
    () =>
      shown
        .split(/\r\n|\r|\n/)
        .map(lineText)
        .join('\n'),
    [shown]
  );
  const marked = language === 'json' && lines.length <= MARKED_LENGTH;
  return (
    <div>
      <pre class="nbf-text" dir="auto">
        {marked ? <Json text={lines} /> : lines}
      </pre>
      {shown.length < text.length && (
        <Button label="Show all of the text" onClick={() => setAll(true)}>
          Show all
        </Button>
      )}
    </div>
  );
}

function lineText(line: string): string {
  return line.split('\t').map(visible).join('\t');
}

function Json({ text }: { text: string }) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TOKEN)) {
    parts.push(text.slice(end, found.index));
    const kind = found[1] ? 'name' : found[2] ? 'string' : 'value';
    parts.push(<span class={`nbf-json-${kind}`}>{found[0]}</span>);
    end = found.index + found[0].length;
  }
  return (
    <>
      {parts}
      {text.slice(end)}
    </>
  );
}
