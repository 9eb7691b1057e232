/** The top of a card: what it is the card of, what stands for it, and what somebody wrote about it. */

import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { UserText } from '../parts/text';
import type { CardData } from './data';
import { Prose } from './table';

export interface HeadProps {
  data: CardData;
  titled: boolean;
  /** Takes an alias away; undefined where nobody can. */
  onDropAlias?: (alias: string) => void;
}

const NAME = 80;

/** The title, the badges, the description, the line of code that loads it. */
export function Head({ data, titled, onDropAlias }: HeadProps) {
  return (
    <header class="nbf-card-head">
      <div class="nbf-card-title">
        {titled && (
          <>
            <span class="nbf-soft">{data.type === 'version' ? 'Model version' : 'Model'}</span>
            <b>
              <UserText text={data.name} limit={NAME} />
              {data.number !== null && ` ${data.number}`}
            </b>
          </>
        )}
        {data.aliases.map(alias => (
          <span key={alias} class="nbf-card-badge">
            <UserText text={`@${alias}`} limit={40} />
            {onDropAlias && (
              <Button
                label={`Take the alias ${alias} away`}
                icon="close"
                look="plain"
                onClick={() => onDropAlias(alias)}
              />
            )}
          </span>
        ))}
        {data.stage && (
          <span class="nbf-card-badge">
            <UserText text={data.stage} limit={40} />
          </span>
        )}
        {data.deleted && <span class="nbf-card-badge nbf-card-trash">in the trash</span>}
      </div>
      {data.about.trim() && <Prose text={data.about} />}
      {data.code && (
        <div class="nbf-card-code">
          <code class="nbf-code">
            <UserText text={data.code} limit={200} />
          </code>
          <CopyButton text={data.code} label="Copy the code that loads it" />
        </div>
      )}
    </header>
  );
}
