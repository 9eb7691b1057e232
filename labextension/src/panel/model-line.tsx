/** A line of the tree of models. */

import { t, tn } from '../i18n';
import { moment } from '../views/parts/format';
import { Icon } from '../views/parts/icons';
import { UserText } from '../views/parts/text';
import { age } from './age';
import type { ModelLine } from './model-lines';
import { MoreDots } from './more-dots';

const MOST_ALIASES = 3;

/** Draws what stands in the line. */
export function ModelLineView({ line, now }: { line: ModelLine; now: number }) {
  if (line.is === 'note') return <span class="nbf-model-note nbf-soft">{line.text}</span>;
  if (line.is === 'version') {
    const { version, aliases, creation_time } = line.version;
    return (
      <>
        <span class="nbf-model-version">{t('Version %1', version)}</span>
        <Aliases names={aliases} />
        <span class="nbf-run-age nbf-soft" title={t('Made %1 UTC', moment(creation_time))}>
          {age(now - creation_time)}
        </span>
        <MoreDots />
      </>
    );
  }
  const { name, aliases, versions } = line.model;
  return (
    <>
      <span class="nbf-line-fold" data-do={line.open === undefined ? undefined : 'fold'}>
        {line.open !== undefined && <Icon name={line.open ? 'down' : 'right'} />}
      </span>
      <span class="nbf-line-name">
        <UserText text={name} limit={80} title={name} />
      </span>
      {!line.open && <Aliases names={Object.keys(aliases)} />}
      {versions !== null && (
        <span class="nbf-line-count nbf-soft" title={tn('%1 version', '%1 versions', versions)}>
          {versions.toLocaleString('en')}
        </span>
      )}
      <MoreDots />
    </>
  );
}

function Aliases({ names }: { names: readonly string[] }) {
  return (
    <span class="nbf-aliases">
      {names.slice(0, MOST_ALIASES).map(name => (
        <span key={name} class="nbf-alias">
          <UserText text={`@${name}`} limit={16} />
        </span>
      ))}
      {names.length > MOST_ALIASES && <span class="nbf-soft">+{names.length - MOST_ALIASES}</span>}
    </span>
  );
}
