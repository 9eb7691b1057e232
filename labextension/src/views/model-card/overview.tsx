/** What a model is: where it is from, how good, and who agreed. */

import { VegaChart } from '../chart/vega-chart';
import { Button } from '../parts/button';
import { exact, MISSING, moment, number } from '../parts/format';
import { UserText } from '../parts/text';
import type { Source } from '../source';
import { type CardData, type CardState, measured } from './data';
import { Table } from './table';

export interface OverviewProps {
  data: CardData;
  source: Source<CardData, CardState>;
  onDropTag?: (key: string) => void;
}

/** Facts, metrics, approvals, tags, and the charts of the evaluation. */
export function Overview({ data, source, onDropTag }: OverviewProps) {
  return (
    <>
      <dl class="nbf-card-facts">
        {data.facts.map(fact => (
          <div key={fact.name}>
            <dt>{fact.name}</dt>
            <dd>
              {fact.code ? (
                <code class="nbf-code">{<UserText text={fact.value} limit={120} />}</code>
              ) : (
                <UserText text={fact.value} limit={160} />
              )}
            </dd>
          </div>
        ))}
      </dl>
      <div class="nbf-card-columns">
        <Metrics data={data} />
        <Approvals data={data} />
        <Table
          caption="Policies"
          head={['alias', 'asks for']}
          rows={data.policies.map(policy => [
            <UserText text={`@${policy.alias}`} limit={40} />,
            <>
              {policy.approvals > 0 && (
                <div>{`${policy.approvals} ${policy.approvals === 1 ? 'approval' : 'approvals'} by others`}</div>
              )}
              {policy.require && (
                <div>
                  evaluated: <UserText text={policy.require} limit={80} />
                </div>
              )}
            </>
          ])}
        />
        <Table
          caption="Tags"
          rows={data.tags.map(([key, value]) => [
            <UserText text={key} limit={40} />,
            <UserText text={value} limit={80} />,
            ...(onDropTag
              ? [<Button label={`Take the tag ${key} away`} icon="close" look="plain" onClick={() => onDropTag(key)} />]
              : [])
          ])}
        />
        {data.pairs.map(({ title, rows }) => (
          <Table
            key={title}
            caption={title}
            rows={rows.map(([key, value]) => [
              <UserText text={key} limit={40} />,
              <UserText text={value} limit={80} />
            ])}
          />
        ))}
      </div>
      {data.charts.length > 0 && (
        <div class="nbf-card-charts">
          {data.charts.map(chart => (
            <div key={chart.path} class="nbf-card-chart">
              <VegaChart label={chart.name} source={source} spec={chart.spec} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}

function Metrics({ data }: { data: CardData }) {
  const both = data.metrics.some(metric => metric.evaluated !== null);
  const cell = (value: number | string | null) => {
    const found = measured(value);
    return found === null ? <span class="nbf-soft">{MISSING}</span> : <span title={exact(found)}>{number(found)}</span>;
  };
  return (
    <Table
      caption="Metrics"
      head={both ? ['metric', 'at registration', 'evaluated'] : ['metric', 'value']}
      numbers={[1, 2]}
      rows={data.metrics.map(metric => [
        <UserText text={metric.name} limit={48} />,
        cell(metric.value),
        ...(both ? [cell(metric.evaluated)] : [])
      ])}
    />
  );
}

function Approvals({ data }: { data: CardData }) {
  return (
    <Table
      caption="Approvals"
      head={['who', 'says', 'when (UTC)', 'in words']}
      rows={data.approvals.map(said => [
        <UserText text={said.user} limit={40} />,
        <Verdict verdict={said.verdict} counts={said.counts} />,
        <span class="nbf-soft">{moment(said.time)}</span>,
        <UserText text={said.text} limit={120} />
      ])}
    />
  );
}

function Verdict({ verdict, counts }: { verdict: string; counts: boolean }) {
  if (verdict === 'approved' && counts) return <span class="nbf-card-good">✓ approved</span>;
  if (verdict === 'approved')
    return <span class="nbf-soft">approved (by who registered it: counts for no policy)</span>;
  if (verdict === 'rejected') return <span class="nbf-card-bad">✗ rejected</span>;
  return <span class="nbf-soft">asked for it</span>;
}
