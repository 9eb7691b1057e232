// Builds what is shipped, without Python:
//   node build.mjs widgets             esbuild: what widgets carry          -> ../nbflow/widgets/static/
//   node build.mjs ui                  esbuild: the page of `nbflow ui`     -> ../nbflow/server/static/
//   node build.mjs labextension        @jupyter/builder: JupyterLab's part  -> dist/  (of lib/, which tsc makes)
//   node build.mjs watch               all of it, anew at each change, until it is stopped
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import esbuild from 'esbuild';

const here = path.dirname(fileURLToPath(import.meta.url));
const folderOf = name => path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
const STATIC = '../nbflow/widgets/static';
const UI = '../nbflow/server/static';
const KINDS = ['runs', 'run', 'compare', 'live', 'model', 'form'];

function common(isDev) {
  return {
    absWorkingDir: here,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: !isDev,
    sourcemap: isDev ? 'inline' : false,
    legalComments: 'none',
    logLevel: 'warning'
  };
}

function widgetOptions(isDev) {
  const widgets = ['loader', 'vega', ...KINDS].map(name => `src/widgets/${name}.ts`);
  return {
    ...common(isDev),
    entryPoints: [...widgets.filter(file => existsSync(path.join(here, file))), 'src/views/views.css'],
    entryNames: '[name]',
    outdir: STATIC
  };
}

function uiOptions(isDev) {
  return {
    ...common(isDev),
    entryPoints: [
      { in: 'src/ui/main.tsx', out: 'ui' },
      { in: 'src/ui/ui.css', out: 'ui' }
    ],
    chunkNames: '[name]-[hash]',
    splitting: true, // what draws charts is a file of its own, loaded with the first one
    outdir: UI
  };
}

// Chunks have other names at each change: old ones would be shipped, too.
function forgetChunks() {
  const folder = path.join(here, UI);
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (/\.(js|css)$/.test(name)) rmSync(path.join(folder, name));
}

function labextension(...flags) {
  const script = path.join(folderOf('@jupyter/builder'), 'lib/build-labextension.js');
  const core = path.join(folderOf('@jupyterlab/core-meta'), 'core.package.json');
  return node(script, '--core-package-file', core, here, ...flags);
}

function node(...args) {
  return spawn(process.execPath, args, { cwd: here, stdio: 'inherit' });
}

async function watch() {
  // What is made now is no release: without the stamp the next installation builds anew.
  rmSync(path.join(here, STATIC, '.stamp'), { force: true });
  forgetChunks();
  const contexts = await Promise.all([widgetOptions(true), uiOptions(true)].map(options => esbuild.context(options)));
  for (const context of contexts) await context.watch();
  const tsc = path.join(folderOf('typescript'), 'bin/tsc');
  const children = [
    node(tsc, '-p', 'tsconfig.build.json', '--noEmitOnError', 'false', '--watch', '--preserveWatchOutput'),
    labextension('--development', '--watch')
  ];
  const stop = () => {
    for (const child of children) child.kill();
    for (const context of contexts) void context.dispose();
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  for (const child of children) child.on('exit', stop);
}

switch (process.argv[2]) {
  case 'widgets':
    await esbuild.build(widgetOptions(false));
    break;
  case 'ui':
    forgetChunks();
    await esbuild.build(uiOptions(false));
    break;
  case 'labextension':
    labextension().on('exit', code => {
      // Not by a line of pyproject.toml: where dist/ is a link, pip would write into it, and build the file twice.
      if (code === 0) copyFileSync(path.join(here, 'install.json'), path.join(here, 'dist/install.json'));
      process.exit(code ?? 1);
    });
    break;
  case 'watch':
    await watch();
    break;
  default:
    process.stderr.write('usage: node build.mjs widgets|ui|labextension|watch\n');
    process.exit(2);
}
