/** Plain words in place of a view, or beside it. */

import { Component, type ComponentChildren } from 'preact';
import { count } from './format';
import { Icon } from './icons';

/** A message in place of a view that cannot be drawn, or that has nothing to draw. */
export function Message({
  title,
  children,
  kind = 'info'
}: {
  title: string;
  children?: ComponentChildren;
  kind?: 'info' | 'error';
}) {
  return (
    <div class={`nbf-message nbf-message-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      <b>
        {kind === 'error' && <Icon name="warning" />}
        {title}
      </b>
      {children && <div>{children}</div>}
    </div>
  );
}

/** A bar across a view that says what happened, with what can be done about it. */
export function Bar({ children, kind = 'info' }: { children: ComponentChildren; kind?: 'info' | 'error' }) {
  return (
    <div class={`nbf-bar nbf-bar-${kind}`} role={kind === 'error' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** What was left out to keep a notebook small: for each noun, how many are here and how many there are. */
export type Reduced = Readonly<Record<string, unknown>>;

/** Says what was left out, in words; empty where nothing was. */
export function reducedText(reduced: unknown): string {
  if (typeof reduced !== 'object' || reduced === null) return '';
  const parts: string[] = [];
  for (const [noun, pair] of Object.entries(reduced as Reduced)) {
    if (!Array.isArray(pair)) continue;
    const [shown, all] = pair as unknown[];
    if (typeof shown !== 'number' || typeof all !== 'number' || shown >= all) continue;
    parts.push(`${shown.toLocaleString('en')} of ${count(all, noun.replace(/s$/, ''))}`);
  }
  return parts.length ? `Saved in this notebook: ${parts.join(' and ')}` : '';
}

/** Says what was left out, if something was. */
export function ReducedNote({ reduced }: { reduced: unknown }) {
  const text = reducedText(reduced);
  if (!text) return null;
  return (
    <span class="nbf-reduced" title="A notebook keeps only so much. With a running kernel all is shown.">
      {text}
    </span>
  );
}

interface BoundaryProps {
  children: ComponentChildren;
  /** What it is that cannot be drawn: `table of runs`. */
  what: string;
}

/** Puts a message in place of what throws while it is drawn. */
export class ErrorBoundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: undefined };

  static override getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render() {
    const { error } = this.state;
    if (error === undefined) return this.props.children;
    return (
      <Message kind="error" title={`This ${this.props.what} cannot be shown.`}>
        {error instanceof Error ? error.message : String(error)}
      </Message>
    );
  }
}
