/** The models that a run logged, each with the code that loads it. */

import { Button } from '../parts/button';
import { size } from '../parts/format';
import { tip, UserText } from '../parts/text';
import type { ModelData, Offers } from './data';
import { Code, Section } from './sections';

/** The models. */
export function Models({ models, register }: { models: readonly ModelData[]; register?: Offers['register'] }) {
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
            {register && (
              <Button label={`Register the model ${tip(model.path)}`} onClick={() => register(model.path)}>
                Register the model
              </Button>
            )}
          </div>
          <Code code={model.code} label="Copy the code that loads this model" />
        </div>
      ))}
    </Section>
  );
}
