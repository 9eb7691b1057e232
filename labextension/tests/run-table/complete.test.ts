import { describe, expect, it } from 'vitest';
import { completed } from '../../src/views/parts/filter-field';
import { complete, keyText, RUN_ATTRIBUTES } from '../../src/views/run-table/complete';
import { parseFilter } from '../../src/views/run-table/grammar';

const KNOWN = {
  attributes: RUN_ATTRIBUTES,
  metrics: ['loss', 'val loss', 'a`b'],
  params: ['lr', 'loss_fn'],
  tags: ['team', 'mlflow.user']
};

/** What is offered where `|` stands. */
function at(text: string): string[] {
  const caret = text.indexOf('|');
  return complete(text.replace('|', ''), caret, KNOWN).suggestions.map(each => each.text);
}

describe('completion of filters', () => {
  it('offers keys by their beginning, then by that of their name, then by any part', () => {
    expect(at('loss|')).toEqual(['metrics.loss', 'params.loss_fn', 'metrics.`val loss`']);
    expect(at('run|')).toEqual(['run_name', 'run_id']);
    expect(at('metrics.|')).toEqual(['metrics.loss', 'metrics.`val loss`', 'metrics."a`b"']);
  });

  it('offers none of the tags that are the package’s own', () => {
    expect(at('tags.|')).toEqual(['tags.team']);
  });

  it('knows what comes after a key, a comparison, and a clause', () => {
    expect(at('metrics.loss |')).toContain('IS NOT NULL');
    expect(at('metrics.loss <|')).toEqual([]);
    expect(at('metrics.loss < 1 |')).toEqual(['AND', 'OR']);
    expect(at('metrics.loss NOT |')).toEqual(['LIKE', 'IN (', 'BETWEEN']);
    expect(at('metrics.loss IS |')).toEqual(['NULL', 'NOT NULL']);
    expect(at('NOT (metrics.loss < 1 OR l|')).toContain('params.lr');
    expect(at('params.lr BETWEEN 1 AND |')).toEqual([]);
  });

  it('offers the values of a status', () => {
    expect(at('status = |')).toContain("'FINISHED'");
    expect(at("attributes.status IN ('FAILED', |")).toContain("'KILLED'");
    expect(at("status = 'FA|")).toEqual(["'FAILED'"]);
    expect(at('run_name = |')).toEqual([]);
  });

  it('offers nothing within a text, and nothing that is there', () => {
    expect(at("params.a = 'lo|")).toEqual([]);
    expect(at('metrics.loss|')).toEqual([]);
  });

  it('completes a name in backticks', () => {
    expect(at('metrics.`va|')).toEqual(['metrics.`val loss`']);
  });

  it('puts a suggestion in the place of what was typed', () => {
    const offered = complete('lo < 1', 2, KNOWN);
    const [first] = offered.suggestions;

    expect(first && completed('lo < 1', offered, first)).toEqual(['metrics.loss < 1', 12]);
  });
});

describe('keys', () => {
  it.each(['loss', 'val loss', 'a`b', 'a"b', "a'b", 'x.y/z'])('of %s are read as they are written', name => {
    const node = parseFilter(`${keyText('metrics', name)} < 1`);

    expect(node).toMatchObject({ key: { word: 'metrics', name } });
  });

  it('cannot name what has every quote', () => {
    expect(keyText('metrics', '`"\'')).toBeNull();
  });
});
