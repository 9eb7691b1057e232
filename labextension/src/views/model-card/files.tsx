/** The files of a model: the artifact browser of a run's page, over the model's folder. */

import { useMemo } from 'preact/hooks';
import { Artifacts } from '../artifacts/browser';
import { type Preview, readTree } from '../artifacts/data';
import { pythonText } from '../python';
import type { Source } from '../source';
import type { CardData, CardState } from './data';

const NO_PREVIEWS: ReadonlyMap<string, Preview> = new Map();

export interface FilesProps {
  data: Pick<CardData, 'artifacts' | 'uri'>;
  source: Source<CardData, CardState> & {
    /** The address of a file, where there is one. */
    fileUrl?(path: string): string;
  };
}

/** Shows the files; a notebook keeps their names and sizes alone. */
export function Files({ data, source }: FilesProps) {
  const tree = useMemo(() => readTree(data.artifacts), [data.artifacts]);
  return (
    <Artifacts
      tree={tree}
      saved={NO_PREVIEWS}
      source={source}
      selected={source.state.artifact ?? null}
      onSelect={artifact => source.setState({ artifact })}
      codeFor={path => codeOf(data.uri, path)}
    />
  );
}

/** The code that fetches a file of a model, as a path on this machine. */
function codeOf(uri: string, path: string): string {
  return `nbflow.Client().find_model(${pythonText(uri)}).folder / ${pythonText(path)}`;
}
