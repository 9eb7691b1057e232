/** The models that a run logged, each with the code that loads it. */

import { size } from '../parts/format';
import { UserText } from '../parts/text';
import type { ModelData } from './data';
import { Code, Section } from './sections';

/** The models. */
export function Models({ models }: { models: readonly ModelData[] }) {
  if (!models.length) return null;
  return (
    <Section title="Models">
      {models.map(model => (
        <div key={model.path} class="nbf-model">
          <div>
            <b>
              <UserText text={model.path} limit={80} />
            </b>
            <span class="nbf-soft">
              {' '}
              <UserText
                text={[model.flavors, model.size === null ? '' : size(model.size)].filter(Boolean).join(', ')}
                limit={120}
              />
              {model.registered !== null && (
                <>
                  , registered as <UserText text={model.registered} limit={120} />
                </>
              )}
            </span>
          </div>
          <Code code={model.code} label="Copy the code that loads this model" />
        </div>
      ))}
    </Section>
  );
}
