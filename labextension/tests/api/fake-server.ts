/** A server for tests: it answers what it is told to, and keeps what it was asked. */
import type { Requester } from '../../src/api/requester';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly headers: Headers;
  readonly signal: AbortSignal | null | undefined;
}

type Answer = (asked: Asked) => Response | Promise<Response>;

export class FakeServer implements Requester {
  readonly url = 'http://server/nbflow/api';
  readonly wsUrl = 'ws://server/nbflow/api';
  readonly asked: Asked[] = [];
  readonly sockets: FakeSocket[] = [];
  /** Whether nobody answers. */
  down = false;
  private readonly answers = new Map<string, Answer>();

  /** Answers from now on; `question` is such as `GET /stores`. */
  on(question: string, answer: Answer): this {
    this.answers.set(question, answer);
    return this;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, searchParams } = new URL(this.url + path);
    const method = init.method ?? 'GET';
    const asked: Asked = {
      method,
      path: pathname.slice('/nbflow/api'.length),
      query: searchParams,
      body: init.body === undefined ? undefined : JSON.parse(String(init.body)),
      headers: new Headers(init.headers),
      signal: init.signal
    };
    this.asked.push(asked);
    if (this.down) throw new TypeError('Failed to fetch');
    const answer = this.answers.get(`${method} ${asked.path}`);
    const given = answer ? answer(asked) : refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'nothing is there');
    return await orAborted(Promise.resolve(given), init.signal);
  }

  socket(path: string): WebSocket {
    const made = new FakeSocket(this.wsUrl + path);
    this.sockets.push(made);
    return made as unknown as WebSocket;
  }

  /** The questions, in short. */
  get questions(): string[] {
    return this.asked.map(({ method, path }) => `${method} ${path}`);
  }

  /** Tells of a store over the newest socket. */
  tell(message: object): void {
    this.sockets.at(-1)?.hear(message);
  }
}

export class FakeSocket {
  readyState = 0;
  readonly sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  hear(message: object): void {
    if (this.readyState === 0) this.open();
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

export function json(value: unknown, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json', ...headers } });
}

export function refusal(status: number, error_code: string, message: string, details: object = {}): Response {
  return new Response(JSON.stringify({ error_code, message, details }), { status });
}

/** What the server sends where numbers come as bytes: see `nbflow/server/encoding.py`. */
export function packed(value: unknown, buffers: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(value));
  const parts = [length(text.length + (-text.length & 7)), text, new Uint8Array(-text.length & 7).fill(32)];
  for (const bytes of buffers) parts.push(length(bytes.length), bytes, new Uint8Array((-bytes.length - 4) & 7));
  const body = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

export function withBuffers(value: unknown, buffers: readonly Uint8Array[]): Response {
  return new Response(packed(value, buffers), { headers: { 'Content-Type': 'application/vnd.nbflow+buffers' } });
}

/** Lets all that is under way come to its end. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setTimeout(resolve));
}

function length(bytes: number): Uint8Array {
  const made = new Uint8Array(4);
  new DataView(made.buffer).setUint32(0, bytes, true);
  return made;
}

function orAborted<T>(answer: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    answer.then(resolve, reject);
  });
}
