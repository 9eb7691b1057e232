import { describe, expect, it } from 'vitest';
import { artifactCode, type CodeStore, modelCode, runCode, searchCode } from '../src/code';
import { pythonText } from '../src/views/python';
import { readLiteral } from './python-literal';

const own: CodeStore = { path: '/home/me/nbruns', isNotebooks: true };
const other: CodeStore = { path: '/data/team runs', isNotebooks: false };

const NASTY = [
  '',
  'plain',
  "it's",
  'say "hi"',
  '"""',
  'C:\\Users\\new\\table',
  'ends with \\',
  'ends with "',
  '\\"',
  'a\nimport os; os.remove("x")',
  '\r\n\t\v\f\0\x1b[31m\x7f',
  '"); import os; os.system("x',
  '{x} %s {{',
  'ä€😀 日本語',
  '👨‍👩‍👧',
  '\u202e\u2066evil\u2069',
  'zero\u200bwidth\ufeff\u00ad',
  '\u2028\u2029\u0085\u00a0\u3000',
  '\u{e0001}\u{e0041}\u{10ffff}',
  '\ud800 alone \udfff',
  '\ue000 private'
];

describe('a text in code', () => {
  it.each(NASTY)('%j is read as what it was', text => {
    expect(readLiteral(pythonText(text))).toBe(text);
  });

  it('of any letters is read as what it was', () => {
    for (let seed = 1, n = 0; n < 2_000; n++) {
      let text = '';
      for (let letter = 0; letter < 6; letter++) {
        seed = (seed * 48_271) % 2_147_483_647;
        text += String.fromCharCode(seed % (n % 2 ? 0x100 : 0x10000));
      }
      expect(readLiteral(pythonText(text))).toBe(text);
    }
  });
});

describe('a cell', () => {
  it('loads a run', () => {
    expect(runCode('0123', own)).toBe('import nbflow\n\nrun = nbflow.get_run("0123")\nrun');
  });

  it('names the store where the notebook has another one', () => {
    expect(runCode('0123', other)).toBe(
      'import nbflow\n\nnbflow.set_tracking_uri("/data/team runs")\n\nrun = nbflow.get_run("0123")\nrun'
    );
  });

  it.each([
    [{ runId: '0123', path: 'models/a b' }, 'runs:/0123/models/a b'],
    [{ name: 'flowers', version: 3 }, 'models:/flowers/3'],
    [{ name: 'flowers', alias: 'champion' }, 'models:/flowers@champion'],
    [{ name: '50% me@home', version: 1 }, 'models:/50%25 me%40home/1']
  ])('loads the model %j', (model, uri) => {
    expect(modelCode(model, own)).toContain(`\nmodel = nbflow.pyfunc.load_model("${uri}")\nmodel`);
  });

  it('fetches a file, or all of a run', () => {
    expect(artifactCode('0123', 'a/b "c".csv', own)).toContain(
      '\npath = nbflow.artifacts.download_artifacts(run_id="0123", artifact_path="a/b \\"c\\".csv")\npath'
    );
    expect(artifactCode('0123', '', own)).toContain('.download_artifacts(run_id="0123")\n');
  });

  it('searches', () => {
    const search = { experimentNames: ['a', "b's"], filter: ' params.x = "y" ', orderBy: ['metrics.loss ASC'] };

    expect(searchCode(search, own)).toContain(
      '\nruns = nbflow.search_runs(experiment_names=["a", "b\'s"], filter_string="params.x = \\"y\\"", ' +
        'order_by=["metrics.loss ASC"])\nruns'
    );
    expect(searchCode({ filter: ' ' }, own)).toContain('\nruns = nbflow.search_runs()\n');
  });

  it.each(NASTY)('%j adds no line, whatever it names', text => {
    const lines = (code: string) => code.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).length;
    const store: CodeStore = { path: text, isNotebooks: false };

    expect(lines(modelCode({ name: text, alias: text }, store))).toBe(6);
    expect(lines(artifactCode(text, text, store))).toBe(6);
    expect(lines(searchCode({ experimentNames: [text], filter: text, orderBy: [text] }, store))).toBe(6);
  });
});
