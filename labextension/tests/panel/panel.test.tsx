import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/errors';
import { experiment, FakeServer, HOSTILE, model, run, storeInfo, version } from './fake-api';
import { clear, settle, show } from './shown';

afterEach(clear);

const denied = new ApiError('PERMISSION_DENIED', 'eve may not read this.', {}, 403);

describe('the store', () => {
  it('is the first that is open, with its name and path', async () => {
    const { el } = await show(new FakeServer());

    expect(el.querySelector('.nbf-store-name')?.textContent).toBe('vision');
    expect(el.querySelector('.nbf-store-path')?.getAttribute('title')).toBe('/home/ada/projects/vision/nbruns');
  });

  it('follows the notebook in front until another is chosen, and keeps the choice', async () => {
    const server = new FakeServer();
    server.storesHere = [storeInfo(), storeInfo({ id: 's2', name: 'speech', path: '/b' })];
    server.notebooks = { 'b.ipynb': server.storesHere[1] as never, 'a.ipynb': server.storesHere[0] as never };
    const { el, click, choose } = await show(server);
    const name = () => el.querySelector('.nbf-store-name bdi')?.textContent;

    server.inFront('b.ipynb');
    await settle(40);
    expect(name()).toBe('speech');
    await click(el.querySelector('.nbf-store button'));
    await choose('vision');
    server.inFront(null);
    server.inFront('b.ipynb');
    await settle(40);

    expect(name()).toBe('vision');
    expect(server.kept.get('panel.store')).toMatchObject({ chosen: { id: 's1' }, follows: false });
  });

  it('says where it is not there yet how the first run is made, and shows it when it was', async () => {
    const server = new FakeServer();
    server.storesHere = [storeInfo({ exists: false })];
    const { el, click, button, texts } = await show(server);

    expect(el.textContent).toContain('No runs here yet');
    await click(button('Insert as a cell'));
    expect(server.inserted[0]).toContain('with nbflow.start_run():');
    server.storesHere = [storeInfo()];
    server.store.tell({});
    server.store.tell({});
    await settle(60);

    expect(texts('experiments')).toContain('irises');
  });

  it('is opened by its path; what is wrong with that is said in the box', async () => {
    const server = new FakeServer();
    const { el, all, click, choose, type, press } = await show(server);

    await click(el.querySelector('.nbf-store button'));
    await choose('Open another folder');
    const field = el.querySelector('.nbf-ask input');
    await type(field, '/nowhere', 5);
    await press(field, 'Enter');

    expect(all('.nbf-ask [role=alert]').map(each => each.textContent)).toEqual(['There is no store in this folder.']);
  });

  it('cannot be opened by its path where the server does not let anybody', async () => {
    const server = new FakeServer();
    server.server = { ...server.server, open_stores: false };
    const { el, click, items } = await show(server);

    await click(el.querySelector('.nbf-store button'));

    expect(items()).toEqual(['vision']);
  });

  it('that may not be read says so, and nothing is asked of it', async () => {
    const server = new FakeServer();
    server.storesHere = [storeInfo({ permission: 'NO_PERMISSIONS' })];
    const { el } = await show(server);

    expect(el.querySelector('[role=alert]')?.textContent).toContain('You may not see this');
    expect(server.store.asked).toEqual([]);
  });

  it('that may only be read offers no changes', async () => {
    const server = new FakeServer();
    server.server = { ...server.server, read_only: true };
    const { el, button, menu, line, all } = await show(server);

    await menu(line('runs', 'run 1'));

    expect(el.textContent).toContain('read-only');
    expect(button('New experiment')).toBeUndefined();
    const off = all('.nbf-menu-item').filter(item => (item as HTMLButtonElement).disabled);
    expect(off.map(item => item.querySelector('.nbf-menu-label')?.textContent)).toEqual([
      'Compare (select two or more)',
      'Rename',
      'Tag …',
      'Delete'
    ]);
  });

  it('that went away is said, and comes back', async () => {
    const server = new FakeServer();
    const { el, texts } = await show(server);

    server.storesHere = [storeInfo({ exists: false })]; // as the server says, asked anew
    server.store.tell({ problem: 'The folder is gone.' });
    await settle(40);
    expect(el.textContent).toContain('The folder is gone.');
    expect(el.textContent).not.toContain('No runs here yet');
    server.storesHere = [storeInfo()];
    server.store.tell({});
    await settle(60);

    expect(texts('runs')).toContain('run 1');
  });
});

describe('experiments', () => {
  it('are listed; the first in which something was run is chosen, and another one stays chosen', async () => {
    const server = new FakeServer();
    const { texts, selected, click, line } = await show(server);

    expect(texts('experiments')).toEqual(['Default', 'irises']);
    expect(selected('experiments')).toEqual(['irises']);
    await click(line('experiments', 'Default'));
    clear();
    const again = await show(server);

    expect(again.selected('experiments')).toEqual(['Default']);
  });

  it('are created, and the new one is chosen', async () => {
    const server = new FakeServer();
    const { el, click, button, type, press, selected } = await show(server);

    await click(button('New experiment'));
    const field = el.querySelector('.nbf-ask input');
    await type(field, 'tulips', 5);
    await press(field, 'Enter');
    await settle(40);

    expect(selected('experiments')).toEqual(['tulips']);
  });

  it('say in the box why one cannot be created', async () => {
    const server = new FakeServer();
    server.store.fails.set(
      'createExperiment',
      new ApiError('RESOURCE_ALREADY_EXISTS', 'irises exists.\n more', {}, 409)
    );
    const { el, click, button, type, press } = await show(server);

    await click(button('New experiment'));
    const field = el.querySelector('.nbf-ask input');
    await type(field, 'irises', 5);
    await press(field, 'Enter');

    expect(el.querySelector('.nbf-ask [role=alert]')?.textContent).toBe('irises exists.');
  });

  it('are renamed by F2 and deleted by Delete, with a way back', async () => {
    const server = new FakeServer();
    const { el, list, press, type, click, button, texts } = await show(server);

    await press(list('experiments'), 'ArrowDown');
    await press(list('experiments'), 'F2');
    const field = el.querySelector('.nbf-inline-edit');
    await type(field, 'lilies', 5);
    await press(field, 'Enter');
    await settle(40);
    expect(texts('experiments')).toEqual(['Default', 'lilies']);
    await press(list('experiments'), 'Delete');
    await settle(40);
    expect(texts('experiments')).toEqual(['Default']);
    await click(button('Undo'));
    await settle(40);

    expect(texts('experiments')).toEqual(['Default', 'lilies']);
  });

  it('are restored from the trash', async () => {
    const server = new FakeServer();
    server.store.experimentsHere = [
      experiment('0', 'Default', { runs: 1 }),
      experiment('1', 'old', { lifecycle_stage: 'deleted' })
    ];
    const { click, button, choose, menu, line, texts } = await show(server);

    await click(button('More about experiments'));
    await choose('Deleted experiments');
    await settle(40);
    expect(texts('experiments')).toEqual(['old']);
    await menu(line('experiments', 'old'));
    await choose('Restore');
    await settle(40);

    expect(server.store.all('restoreExperiment')).toEqual([['1']]);
  });

  it('are searched by words and by the grammar; / goes to the search', async () => {
    const server = new FakeServer();
    const { list, part, press, type, texts } = await show(server);

    await press(list('experiments'), '/');
    await settle(40);
    const field = part('experiments').querySelector('input');
    expect(document.activeElement).toBe(field);
    await type(field, 'iri');

    expect(texts('experiments')).toEqual(['irises']);
    await type(field, "tags.team = 'a'");
    expect(server.store.all('experiments').at(-1)).toMatchObject([{ filter: "tags.team = 'a'" }]);
  });

  it('give the cell that searches them, and open as a table', async () => {
    const server = new FakeServer();
    server.store.experimentsHere = [experiment('7', HOSTILE, { runs: 1 })];
    const { el, menu, choose, lines, press, list } = await show(server);

    await menu(lines('experiments')[0]);
    await choose('Insert code');
    await press(list('experiments'), 'Enter');

    expect(server.inserted[0]).toContain('nbflow.search_runs(experiment_names=');
    expect(server.opened).toEqual([{ page: 'experiment', store: 's1', experiment_id: '7' }]);
    expect(el.querySelector('img')).toBeNull();
  });

  it('say what is wrong, and try again', async () => {
    const server = new FakeServer();
    server.store.fails.set('experiments', denied);
    const { part, click, button, texts } = await show(server);

    expect(part('experiments').textContent).toContain('eve may not read this.');
    server.store.fails.clear();
    await click(button('Try again'));
    await settle(40);

    expect(texts('experiments')).toContain('irises');
  });
});

describe('models', () => {
  const server = () => {
    const made = new FakeServer();
    made.store.modelsHere = [model('flowers', { aliases: { champion: 2 }, latest: 3, versions: 3 }), model('fraud')];
    made.store.versionsHere = {
      flowers: [1, 2, 3].map(n => version('flowers', n, n === 2 ? { aliases: ['champion'] } : {}))
    };
    return made;
  };

  it('open to their versions, the newest first, and open pages', async () => {
    const made = server();
    const { list, press, lines } = await show(made);
    const tree = list('models');

    await press(tree, 'ArrowRight');
    await settle(40);
    expect(lines('models').map(line => line.getAttribute('aria-level'))).toEqual(['1', '2', '2', '2', '1']);
    expect(lines('models')[1]?.textContent).toContain('Version 3');
    await press(tree, 'ArrowRight');
    await press(tree, 'ArrowDown');
    await press(tree, 'Enter');
    await press(tree, 'ArrowLeft');
    await press(tree, 'Enter');

    expect(made.opened).toEqual([
      { page: 'version', store: 's1', name: 'flowers', version: 2 },
      { page: 'model', store: 's1', name: 'flowers' }
    ]);
  });

  it('give the cell that loads them, by their alias where there is one', async () => {
    const made = server();
    const { menu, line, choose } = await show(made);

    await menu(line('models', 'flowers'));
    await choose('Insert code');
    await menu(line('models', 'fraud'));
    await choose('Insert code');
    await menu(line('models', 'flowers'));
    await choose('Open @champion');

    expect(made.inserted[0]).toContain('load_model("models:/flowers@champion")');
    expect(made.inserted[1]).toContain('load_model("models:/fraud/1")');
    expect(made.opened).toEqual([{ page: 'version', store: 's1', name: 'flowers', version: 2 }]);
  });

  it('are deleted with a way back', async () => {
    const made = server();
    const { list, press, texts, click, button } = await show(made);

    await press(list('models'), 'Delete');
    await settle(40);
    expect(texts('models')).toEqual(['fraud']);
    await click(button('Undo'));
    await settle(40);

    expect(texts('models')).toEqual(['flowers', 'fraud']);
  });
});

describe('the panel', () => {
  it('keeps which sections are folded', async () => {
    const server = new FakeServer();
    const { part, click } = await show(server);

    await click(part('models').querySelector('h2 button'));
    clear();
    const again = await show(server);

    expect(again.part('models').querySelector('.nbf-part-body')).toBeNull();
    expect(again.part('runs').querySelector('.nbf-part-body')).not.toBeNull();
  });

  it('has a section for what another part brings, and none without', async () => {
    const server = new FakeServer();
    const Body = ({ store }: { store: { name: string } }) => <p>projects of {store.name}</p>;
    const { part } = await show(server, {}, { slots: [{ name: 'projects', title: 'Projects', Body }] });

    expect(part('projects').textContent).toContain('projects of vision');
    clear();
    const without = await show(new FakeServer());
    expect(without.part('projects')).toBeNull();
  });

  it('says that the server does not answer, and tries again', async () => {
    const server = new FakeServer();
    const services = server.services();
    let fails = true;
    const whole = services.api.server.bind(services.api);
    services.api.server = async signal => {
      if (fails) throw new ApiError('NO_SERVER', 'The server does not answer.');
      return whole(signal);
    };
    const given = { services: () => services } as unknown as FakeServer;
    const { el, click, button } = await show(given);

    expect(el.textContent).toContain('The server does not answer.');
    fails = false;
    await click(button('Try again'));
    await settle(40);

    expect(el.querySelector('.nbf-store-name')?.textContent).toBe('vision');
  });

  it('shows hostile names as text', async () => {
    const server = new FakeServer();
    server.storesHere = [storeInfo({ name: HOSTILE, path: `/${HOSTILE}` })];
    server.store.experimentsHere = [experiment('1', HOSTILE, { runs: 1 })];
    server.store.runsHere = [run(1, { name: HOSTILE, status: HOSTILE })];
    server.store.modelsHere = [model(HOSTILE, { aliases: { [HOSTILE]: 1 } })];
    const { el, texts } = await show(server);

    expect(el.querySelector('img')).toBeNull();
    expect(texts('runs')[0]).toContain('<img src=x');
    expect(el.textContent).not.toContain('\u202e');
  });
});
