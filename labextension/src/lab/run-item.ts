/** The item of a notebook's toolbar that shows which run its kernel has active: name, state, how long. */

import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import { Menu, Widget } from '@lumino/widgets';
import { t, tn } from '../i18n';
import { addressOf } from '../pages/routes';
import { duration } from '../views/parts/format';
import { visible } from '../views/parts/text';
import type { ActiveRuns } from './active-runs';
import { nbflowIcon } from './icons';
import { CommandIds } from './ids';

const SECOND_MS = 1000;

export class RunItem extends Widget {
  private readonly button = document.createElement('button');
  private timer: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly active: ActiveRuns,
    private readonly commands: CommandRegistry
  ) {
    super();
    this.addClass('nbf-run-item');
    this.button.type = 'button';
    this.button.addEventListener('click', this);
    this.node.append(this.button);
    active.changed.connect(this.draw, this);
    this.draw();
  }

  handleEvent(): void {
    const { runs } = this.active;
    if (runs.length > 1) this.choose();
    else if (runs[0]) void this.commands.execute(CommandIds.openPage, this.addressOf(runs[0].run_id));
    else void this.commands.execute(CommandIds.openPanel);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    clearInterval(this.timer);
    this.active.dispose();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) this.active.wake();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.active.wake();
    this.draw();
  }

  protected override onBeforeHide(message: Message): void {
    super.onBeforeHide(message);
    this.active.rest();
    this.tick(false);
  }

  protected override onBeforeDetach(message: Message): void {
    super.onBeforeDetach(message);
    this.active.rest();
    this.tick(false);
  }

  private draw(): void {
    const { button } = this;
    const [run, ...others] = this.active.runs;
    button.replaceChildren();
    button.classList.toggle('nbf-is-active', !!run);
    this.tick(!!run);
    if (!run) {
      nbflowIcon.element({ container: button.appendChild(span('nbf-run-item-icon')) });
      button.title = t('No run of nbflow is active in this notebook. Click to see all runs.');
      button.setAttribute('aria-label', button.title);
      return;
    }
    const name = visible(run.name || run.run_id.slice(0, 8));
    const mark = span('nbf-run-item-mark', '●');
    mark.setAttribute('aria-hidden', 'true');
    const took = run.start_time === null ? '' : elapsed(Date.now() - run.start_time);
    button.append(mark, span('nbf-run-item-name', name), span('nbf-run-item-time', took));
    if (others.length) button.append(span('nbf-run-item-more', `+${others.length}`));
    button.title = [
      t('%1 is running since %2. Click to open it.', name, took),
      ...(others.length ? [tn('%1 more run is active.', '%1 more runs are active.', others.length)] : [])
    ].join('\n');
    // The time is left out: it would be read aloud each second.
    button.setAttribute('aria-label', t('Active run: %1', name));
  }

  private tick(isOn: boolean): void {
    if (isOn === (this.timer !== undefined)) return;
    clearInterval(this.timer);
    this.timer = isOn ? setInterval(() => this.draw(), SECOND_MS) : undefined;
  }

  private choose(): void {
    const menu = new Menu({ commands: this.commands });
    for (const { run_id, name } of this.active.runs) {
      menu.addItem({
        command: CommandIds.openPage,
        args: { ...this.addressOf(run_id), label: visible(name || run_id) }
      });
    }
    menu.aboutToClose.connect(() => requestAnimationFrame(() => menu.dispose())); // its command runs first
    const { left, bottom } = this.button.getBoundingClientRect();
    menu.open(left, bottom);
  }

  private addressOf(run_id: string): { address: string } {
    return { address: addressOf({ page: 'run', store: this.active.store ?? '', run_id }) };
  }
}

function span(name: string, text = ''): HTMLElement {
  const element = document.createElement('span');
  element.className = name;
  element.textContent = text;
  return element;
}

/** In whole seconds: tenths would only flicker. */
function elapsed(ms: number): string {
  const seconds = Math.max(Math.floor(ms / SECOND_MS), 0);
  return seconds < 10 ? t('%1 s', seconds) : duration(seconds * SECOND_MS);
}
