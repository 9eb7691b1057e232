/** A tooltip of plain text. */

const GAP_PX = 12;

export class Tooltip {
  private box: HTMLElement | null = null;

  /** What Vega calls: with the value of a mark's tooltip, or with nothing when it is left. */
  readonly show = (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown): void => {
    if (value === null || value === undefined || value === '') return this.remove();
    this.box ??= document.body.appendChild(document.createElement('div'));
    this.box.className = 'nbf-tooltip';
    this.box.setAttribute('role', 'tooltip');
    this.box.replaceChildren(...lines(value));
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const left = event.clientX + GAP_PX + width > innerWidth ? event.clientX - GAP_PX - width : event.clientX + GAP_PX;
    const top =
      event.clientY + GAP_PX + height > innerHeight ? event.clientY - GAP_PX - height : event.clientY + GAP_PX;
    this.box.style.left = `${Math.max(0, left)}px`;
    this.box.style.top = `${Math.max(0, top)}px`;
  };

  remove(): void {
    this.box?.remove();
    this.box = null;
  }
}

function lines(value: unknown): HTMLElement[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [line('', say(value))];
  return Object.entries(value).map(([name, part]) => line(name === 'title' ? '' : name, say(part)));
}

function line(name: string, text: string): HTMLElement {
  const row = document.createElement('div');
  if (name) {
    const label = row.appendChild(document.createElement('span'));
    label.textContent = name;
  }
  row.append(text);
  return row;
}

function say(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
}
