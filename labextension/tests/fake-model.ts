import type { WidgetModel } from '../src/lab/widget-model';

type Callback = (...args: never[]) => void;

/** A widget's model, with a kernel that answers when the test says so. */
export class FakeModel implements WidgetModel {
  readonly sent: { id: number; ask: string; args: object }[] = [];
  saves = 0;
  private readonly callbacks = new Map<string, Set<Callback>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.traits[name];
  }

  set(name: string, value: unknown): void {
    this.traits[name] = value;
    this.emit(`change:${name}`);
  }

  save_changes(): void {
    this.saves++;
  }

  send(content: object): void {
    this.sent.push(content as { id: number; ask: string; args: object });
  }

  on(name: string, callback: Callback): void {
    const callbacks = this.callbacks.get(name) ?? new Set();
    this.callbacks.set(name, callbacks.add(callback));
  }

  off(name: string, callback: Callback): void {
    this.callbacks.get(name)?.delete(callback);
  }

  emit(name: string, ...args: unknown[]): void {
    for (const callback of [...(this.callbacks.get(name) ?? [])]) callback(...(args as never[]));
  }

  /** Sends a message from Python. */
  tell(content: object, buffers: ArrayBuffer[] = []): void {
    this.emit('msg:custom', content, buffers);
  }

  /** Answers the newest question. */
  answer(answer: unknown): void {
    this.tell({ id: this.sent.at(-1)?.id, answer });
  }

  get listeners(): number {
    return [...this.callbacks.values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }
}
