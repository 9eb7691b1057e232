/** Questions to Python over a widget's messages, and their answers. */
import { SourceError } from '../views/source';
import { decode } from '../views/wire';
import type { WidgetModel } from './widget-model';

/** Why nobody answers: a view goes on with what it has. */
export const NO_KERNEL = new SourceError('NO_KERNEL', 'No kernel is running: this is what the notebook has kept.');

type Buffers = readonly (ArrayBuffer | ArrayBufferView)[];

/** What Python sends of its own accord. */
export interface Event {
  readonly event: string;
  readonly [key: string]: unknown;
}

interface Question {
  resolve(answer: unknown): void;
  reject(reason: unknown): void;
}

/**
 * Asks over one model until it is closed.
 *
 * There is no timeout: a kernel that trains answers when it has time. Who does not want to wait aborts.
 */
export class Asking {
  private readonly open = new Map<number, Question>();
  // Every page that shows this model gets every answer: ids must differ between pages, and be exact as JSON numbers.
  private last = Math.floor(Math.random() * 2 ** 32) * 2 ** 20;

  constructor(
    private readonly model: WidgetModel,
    private readonly told: (event: Event) => void
  ) {
    model.on('msg:custom', this.receive);
  }

  /** Asks; rejects with a SourceError as Python words it, or with the signal's reason. */
  ask(method: string, args: object = {}, signal?: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const id = ++this.last;
      const abort = (): void => this.open.get(id)?.reject(signal?.reason);
      const done = (): void => {
        this.open.delete(id);
        signal?.removeEventListener('abort', abort);
      };
      this.open.set(id, {
        resolve: answer => {
          done();
          resolve(answer);
        },
        reject: reason => {
          done();
          reject(reason);
        }
      });
      signal?.addEventListener('abort', abort);
      try {
        this.model.send({ id, ask: method, args });
      } catch (error) {
        this.open.get(id)?.reject(error);
      }
    });
  }

  /** Stops listening, and rejects what is not answered. */
  close(reason = NO_KERNEL): void {
    this.model.off('msg:custom', this.receive);
    for (const question of [...this.open.values()]) question.reject(reason);
  }

  private readonly receive = (message: unknown, buffers: Buffers = []): void => {
    if (typeof message !== 'object' || message === null) return;
    if ('event' in message) return this.told(decode(message, buffers) as Event);
    const question = 'id' in message ? this.open.get(message.id as number) : undefined;
    if (!question) return; // another page's
    if ('error' in message) return question.reject(sourceError(message.error));
    try {
      question.resolve((decode(message, buffers) as { answer?: unknown }).answer);
    } catch (error) {
      question.reject(error);
    }
  };
}

/** Asks one question of a widget that may end before it answers; then it rejects. */
export async function askOnce(model: WidgetModel, method: string, args: object = {}): Promise<unknown> {
  const asking = new Asking(model, () => undefined);
  const gone = (): void => asking.close();
  model.on('destroy', gone);
  try {
    return await asking.ask(method, args);
  } finally {
    model.off('destroy', gone);
    asking.close();
  }
}

function sourceError(error: unknown): SourceError {
  const { code, message, ...details } = (error ?? {}) as Record<string, unknown>;
  return new SourceError(String(code ?? 'INTERNAL_ERROR'), String(message ?? 'the kernel gave no reason'), details);
}
