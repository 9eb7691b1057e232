/** Artifacts: the tree, and beside it what is seen of the file that was chosen. */

import { useCallback, useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { Tree, type TreeNode } from '../parts/disclosure';
import { size } from '../parts/format';
import { Icon } from '../parts/icons';
import { Message } from '../parts/message';
import { tip, UserText } from '../parts/text';
import { type Source, SourceError } from '../source';
import { type ArtifactTree, type Entry, nameOf, type Preview, readEntries, readPreview } from './data';
import { download, saveBytes, savedBytes } from './download';
import { extentOf, PreviewBody } from './preview';

export interface ArtifactsProps {
  tree: ArtifactTree;
  /** What stays without a kernel, by path. */
  saved: ReadonlyMap<string, Preview>;
  /** Answers `list`, `preview` and `file`, each with a `path`. */
  source: Pick<Source<unknown, object>, 'mode' | 'ask' | 'vega'> & {
    /** The address of a file, where it is not asked for by `file`. */
    fileUrl?(path: string): string;
  };
  selected: string | null;
  onSelect: (path: string | null) => void;
  /** The code that copies a file, where it cannot be sent. */
  codeFor: (path: string) => string;
}

type Seen = { path: string; preview?: Preview; error?: string };

/** Shows artifacts. */
export function Artifacts({ tree, saved, source, selected, onSelect, codeFor }: ArtifactsProps) {
  const [asked, setAsked] = useState<ReadonlyMap<string, readonly Entry[]>>(new Map());
  const [failed, setFailed] = useState(false);
  const live = source.mode === 'live';
  const list = useCallback(
    (path: string) => {
      source.ask('list', { path }).then(
        found => setAsked(before => new Map(before).set(path, readEntries(found))),
        () => setFailed(true)
      );
    },
    [source]
  );
  const folder = (path: string) => tree.folders.get(path) ?? asked.get(path);
  const top = folder('');
  useEffect(() => {
    if (top === undefined && live) list('');
  }, [top === undefined, live, list]);

  if (tree.why !== null && !top?.length) return <Message title="The artifacts cannot be shown.">{tree.why}</Message>;
  if (!top)
    return (
      <p class="nbf-soft">
        {live && failed
          ? 'They could not be listed.'
          : live
            ? 'Looking …'
            : 'The artifacts are on another machine; with a kernel they are listed.'}
      </p>
    );
  if (!top.length) return <p class="nbf-soft">No artifacts.</p>;

  const nodes = (entries: readonly Entry[]): TreeNode[] =>
    entries.map(entry => {
      const name = nameOf(entry.path);
      if (!entry.isDir) return { id: entry.path, name, note: size(entry.size) };
      const inside = folder(entry.path);
      return {
        id: entry.path,
        name,
        children: inside ? nodes(inside) : [],
        note: inside || live ? undefined : 'not saved'
      };
    });
  return (
    <div class="nbf-artifacts">
      <div class="nbf-artifacts-tree">
        <Tree
          label="Artifacts"
          nodes={nodes(top)}
          selected={selected}
          onSelect={node => onSelect(node.id === selected ? null : node.id)}
          onFold={(node, open) => {
            if (open && live && !folder(node.id)) list(node.id);
          }}
        />
      </div>
      {selected !== null && (
        <Shown key={selected} path={selected} saved={saved.get(selected)} source={source} code={codeFor(selected)} />
      )}
    </div>
  );
}

interface ShownProps {
  path: string;
  saved: Preview | undefined;
  source: ArtifactsProps['source'];
  code: string;
}

function Shown({ path, saved, source, code }: ShownProps) {
  const [seen, setSeen] = useState<Seen>({ path, preview: saved });
  const [trouble, setTrouble] = useState<string | null>(null);
  const live = source.mode === 'live';
  useEffect(() => {
    if (!live || (saved && !saved.partial)) return;
    const life = new AbortController();
    source.ask('preview', { path }, life.signal).then(
      found => !life.signal.aborted && setSeen({ path, preview: readPreview(found) }),
      error => !life.signal.aborted && setSeen(before => ({ ...before, error: wordsOf(error) }))
    );
    return () => life.abort();
  }, [path, live, source]);
  const { preview, error } = seen;
  const url = source.fileUrl?.(path);
  const here = preview && savedBytes(preview);
  const fetch = () => {
    setTrouble(null);
    if (here) return saveBytes(nameOf(path), here);
    download(source, path).catch(reason => setTrouble(wordsOf(reason)));
  };
  return (
    <section class="nbf-shown" aria-label={`Preview of ${tip(nameOf(path))}`}>
      <div class="nbf-shown-bar">
        <b>
          <UserText text={path} limit={80} />
        </b>
        <span class="nbf-soft">{preview && extentOf(preview)}</span>
        <span class="nbf-gap" />
        {url === undefined ? (
          <Button
            label={live || here ? 'Download' : 'To download it, a kernel must run'}
            icon="download"
            look="plain"
            disabled={!live && !here}
            onClick={fetch}
          />
        ) : (
          <a
            class="nbf-button nbf-button-plain"
            href={url}
            download={nameOf(path)}
            aria-label="Download"
            title="Download"
          >
            <Icon name="download" />
          </a>
        )}
        <CopyButton text={code} label="Copy the code that fetches this file" />
      </div>
      {trouble && <Message kind="error" title={trouble} />}
      {preview?.instead && (
        <p class="nbf-soft">
          In place of the figure's data: <UserText text={preview.instead} limit={80} />
        </p>
      )}
      {preview && <PreviewBody path={path} preview={preview} source={source} />}
      {!preview && error && <Message kind="error" title={error} />}
      {!preview &&
        !error &&
        (live ? (
          <p class="nbf-soft">Loading …</p>
        ) : (
          <Message title="Its content was not saved in this notebook.">
            With a running kernel it is shown; run the cell again.
          </Message>
        ))}
      {preview?.partial && !live && <p class="nbf-soft">Only a part of it is saved in this notebook.</p>}
    </section>
  );
}

function wordsOf(error: unknown): string {
  if (error instanceof SourceError && error.code === 'NO_KERNEL') return 'No kernel answers.';
  return error instanceof Error ? error.message : String(error);
}
