/** What is seen of a file, by its kind. */

import { useState } from 'preact/hooks';
import { Picture } from '../chart/picture';
import { VegaChart } from '../chart/vega-chart';
import { count, number, size } from '../parts/format';
import { Message } from '../parts/message';
import { UserText } from '../parts/text';
import type { Source } from '../source';
import { type Cell, nameOf, type Preview } from './data';
import { Page } from './frame';
import { SetOut } from './text';

const CELL_LENGTH = 60;

/** Shows a preview. */
export function PreviewBody({
  path,
  preview,
  source
}: {
  path: string;
  preview: Preview;
  source: Pick<Source<unknown, object>, 'vega'>;
}) {
  switch (preview.kind) {
    case 'image':
      return <Image path={path} preview={preview} />;
    case 'table':
      return <Rows preview={preview} />;
    case 'text':
      return <SetOut text={preview.text} language={preview.language} />;
    case 'chart':
      return <VegaChart key={path} label={nameOf(path)} source={source} spec={preview.spec} />;
    case 'html':
      return <Page key={path} html={preview.html} scripts={preview.scripts} label={nameOf(path)} />;
    case 'plotly':
      return (
        <Message title="A figure of plotly, as JSON.">
          Its library is needed to draw it. Log the figure as .html, or as a picture beside it, to see it here.
        </Message>
      );
    default:
      return <Message title="No preview.">{preview.why}</Message>;
  }
}

/** Says in a line what of the file is shown. */
export function extentOf(preview: Preview): string {
  const parts = preview.size === null ? [] : [size(preview.size)];
  if (preview.kind === 'table') {
    const [rows, columns] = preview.shape;
    const [shownRows, shownColumns] = [preview.rows.length, preview.columns.length];
    parts.push(shownRows < rows ? `${number(shownRows)} of ${count(rows, 'row')}` : count(rows, 'row'));
    parts.push(
      shownColumns < columns ? `${number(shownColumns)} of ${count(columns, 'column')}` : count(columns, 'column')
    );
  }
  if (preview.kind === 'text' && preview.cut !== null) parts.push(`its first ${count(preview.cut, 'character')}`);
  if (preview.kind === 'image' && preview.pixels) parts.push(`${preview.pixels} pixels`);
  if (preview.kind === 'image' && preview.partial) parts.push('a smaller copy');
  return parts.join(', ');
}

function Image({ path, preview }: { path: string; preview: Preview & { kind: 'image' } }) {
  const [broken, setBroken] = useState(false);
  if (broken) return <Message title="This image cannot be shown.">It may be cut off, or be no image.</Message>;
  return (
    <Picture
      key={path}
      label={nameOf(path)}
      mime={preview.mime}
      base64={preview.base64}
      bytes={preview.bytes}
      onError={() => setBroken(true)}
    />
  );
}

function Rows({ preview }: { preview: Preview & { kind: 'table' } }) {
  return (
    <div class="nbf-rows">
      <table>
        <thead>
          <tr>
            {preview.columns.map((name, at) => (
              <th key={at} scope="col" class={preview.numbers.has(at) ? 'nbf-number' : undefined}>
                <UserText text={name} limit={CELL_LENGTH} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row, i) => (
            <tr key={i}>
              {row.map((cell, at) => (
                <td key={at} class={preview.numbers.has(at) ? 'nbf-number' : undefined}>
                  <CellText cell={cell} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function CellText({ cell }: { cell: Cell }) {
  if (cell === null) return <span class="nbf-soft">–</span>;
  if (typeof cell === 'number') return <span title={String(cell)}>{number(cell)}</span>;
  return <UserText text={cell} limit={CELL_LENGTH} />;
}
