/** What all pages have: where one is, a title, what can be done, and what stands there until it can be shown. */

import type { ComponentChildren } from 'preact';
import type { RestSource } from '../api/rest-source';
import type { ServerInfo } from '../api/types';
import { t } from '../i18n';
import type { PageRef, Services, Shell } from '../shell';
import { CopyButton } from '../views/parts/copy';
import { Icon } from '../views/parts/icons';
import { UserText } from '../views/parts/text';
import type { SourceError } from '../views/source';
import { Problem, type ProblemProps, Stale } from './problem';

const NAME_LENGTH = 60;

/** What a page's component is given. */
export interface PageProps<Name extends PageRef['page']> {
  of: Extract<PageRef, { readonly page: Name }>;
  services: Services;
  /** Aborts when the page ends. */
  signal: AbortSignal;
  /** Told what the tab is called. */
  onTitle: (title: string) => void;
}

export interface Crumb {
  readonly text: string;
  readonly title?: string | undefined;
  /** Where it leads. */
  readonly to?: PageRef | undefined;
}

export interface HeadProps {
  shell: Shell;
  /** From the store down; the last one is this page. */
  crumbs: readonly Crumb[];
  /** What stands beside the title: states, counts. */
  marks?: ComponentChildren;
  actions?: ComponentChildren;
  children?: ComponentChildren;
}

/** The head of a page. */
export function Head({ shell, crumbs, marks, actions, children }: HeadProps) {
  const above = crumbs.slice(0, -1);
  const here = crumbs.at(-1);
  return (
    <header class="nbf-pages-head">
      <div class="nbf-pages-line">
        <nav class="nbf-pages-crumbs" aria-label={t('Where this page is')}>
          <ol>
            {above.map((crumb, i) => (
              <li key={i} title={crumb.title}>
                {crumb.to ? (
                  <PageLink shell={shell} to={crumb.to}>
                    <UserText text={crumb.text} limit={NAME_LENGTH} />
                  </PageLink>
                ) : (
                  <UserText text={crumb.text} limit={NAME_LENGTH} />
                )}
              </li>
            ))}
          </ol>
          <h1 class="nbf-pages-title">
            <UserText text={here?.text ?? ''} limit={NAME_LENGTH * 2} />
          </h1>
          {marks}
        </nav>
        {actions && (
          <div class="nbf-pages-actions" role="toolbar" aria-label={t('What can be done here')}>
            {actions}
          </div>
        )}
      </div>
      {children}
    </header>
  );
}

/** Leads to a page: as a link where it has an address, so that the browser can open it elsewhere, too. */
export function PageLink({
  shell,
  to,
  look = 'link',
  children
}: {
  shell: Shell;
  to: PageRef;
  look?: 'link' | 'button';
  children: ComponentChildren;
}) {
  const classes = look === 'link' ? 'nbf-pages-link' : 'nbf-button nbf-pages-go';
  const href = shell.link?.(to);
  if (href === undefined) {
    return (
      <button type="button" class={classes} onClick={() => shell.open(to)}>
        {children}
      </button>
    );
  }
  return (
    <a
      class={classes}
      href={href}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
        event.preventDefault();
        shell.open(to);
      }}
    >
      {children}
    </a>
  );
}

/** Copies the page's address; nothing where it has none. */
export function CopyLink({ shell, to }: { shell: Shell; to: PageRef }) {
  const { link } = shell;
  if (!link) return null;
  return (
    <CopyButton
      text={() => new URL(link(to), document.baseURI).href}
      label={t('Copy a link to this page')}
      icon="link"
    />
  );
}

/** A small word beside a title. */
export function Mark({ children, kind }: { children: ComponentChildren; kind?: 'trash' }) {
  return <span class={kind ? `nbf-card-badge nbf-card-${kind}` : 'nbf-card-badge'}>{children}</span>;
}

/** Says beside the title that what is shown cannot be changed here, and who could change that. */
export function Locked({ server, can }: { server: ServerInfo | undefined; can: boolean }) {
  if (can) return null;
  const why = server?.read_only
    ? t('This server was started so that it changes nothing.')
    : t('You may read this, and not change it. Whoever manages it can give you the permission EDIT.');
  return (
    <span class="nbf-card-badge nbf-pages-lock" title={why}>
      <Icon name="lock" />
      {t('read-only')}
    </span>
  );
}

type Seen = Pick<RestSource<unknown, object>, 'loaded' | 'problem' | 'refresh'>;

/** Draws what a source has, or says that it loads, or what is the matter. */
export function Loaded({
  source,
  what,
  ways,
  children
}: {
  source: Seen;
  what: string;
  /** Where else to go from a page that cannot be shown. */
  ways?: ComponentChildren;
  children: () => ComponentChildren;
}) {
  return (
    <Waiting
      there={source.loaded}
      problem={source.problem}
      what={what}
      ways={ways}
      onRetry={() => void source.refresh()}
    >
      {children}
    </Waiting>
  );
}

interface WaitingProps {
  there: boolean;
  problem: SourceError | null;
  what: ProblemProps['what'];
  ways?: ComponentChildren;
  onRetry: () => void;
  children: () => ComponentChildren;
}

/** The same for anything that is waited for. */
export function Waiting({ there, problem, what, ways, onRetry, children }: WaitingProps) {
  if (!there) {
    if (problem)
      return (
        <Problem what={what} problem={problem} onRetry={onRetry}>
          {ways}
        </Problem>
      );
    return (
      <div class="nbf-pages-loading" role="status">
        <span class="nbf-card-spinner" aria-hidden="true" />
        {t('Loading …')}
      </div>
    );
  }
  return (
    <>
      {problem && <Stale problem={problem} onRetry={onRetry} />}
      {children()}
    </>
  );
}
