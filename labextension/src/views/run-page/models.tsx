/** The models that a run logged, each with the code that loads it. */

import { Button } from '../parts/button';
import { size } from '../parts/format';
import { tip, UserText } from '../parts/text';
import type { ModelData, Offers, VersionName } from './data';
import { Code, Section } from './sections';

/** The models. */
export function Models({
  models,
  register,
  openVersion
}: {
  models: readonly ModelData[];
  register?: Offers['register'];
  openVersion?: Offers['openVersion'];
}) {
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
                  , registered as{' '}
                  {openVersion && model.versions.length > 0 ? (
                    <Versions versions={model.versions} open={openVersion} />
                  ) : (
                    <UserText text={model.registered} limit={120} />
                  )}
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

/** The versions, each a way to its page. */
function Versions({ versions, open }: { versions: readonly VersionName[]; open: (version: VersionName) => void }) {
  return (
    <>
      {versions.map((each, at) => (
        <span key={`${each.version} ${each.name}`}>
          {at > 0 && ', '}
          <button type="button" class="nbf-link" onClick={() => open(each)}>
            <UserText text={each.name} limit={60} /> {each.version}
          </button>
          {each.aliases.map(alias => (
            <span key={alias}>
              {' @'}
              <UserText text={alias} limit={40} />
            </span>
          ))}
        </span>
      ))}
    </>
  );
}
