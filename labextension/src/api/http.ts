/** Questions to the server and their answers: addresses, JSON, buffers, errors. */

import { SourceError } from '../views/source';
import { decodeBody, WITH_BUFFERS } from './body';
import { errorOf, unreachable } from './errors';
import type { Requester } from './requester';

export type QueryValue = string | number | boolean | readonly (string | number)[] | null | undefined;
export type Query = Readonly<Record<string, QueryValue>>;

export interface Asked {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Whether numbers may come as bytes. */
  readonly buffers?: boolean;
  /** What the last answer was marked with: where nothing changed, none comes. */
  readonly etag?: string | null;
}

export interface Answer<T> {
  /** Undefined where nothing changed. */
  readonly value: T | undefined;
  readonly etag: string | null;
}

/** Asks one server. */
export class Http {
  constructor(private readonly requester: Requester) {}

  /** Asks, and gives what was answered; rejects with an ApiError, or with the signal's reason. */
  async ask<T>(method: string, path: string, asked: Asked = {}): Promise<T> {
    return (await this.answer<T>(method, path, asked)).value as T;
  }

  /** Asks, and gives the answer with its mark. */
  async answer<T>(method: string, path: string, asked: Asked = {}): Promise<Answer<T>> {
    const { query, body, signal, buffers = false, etag } = asked;
    signal?.throwIfAborted();
    const headers = new Headers({ Accept: buffers ? WITH_BUFFERS : 'application/json' });
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    if (etag) headers.set('If-None-Match', etag);
    const init: RequestInit = {
      method,
      headers,
      // What the browser has kept is asked about by ourselves.
      cache: 'no-store',
      ...(signal && { signal }),
      ...(body !== undefined && { body: JSON.stringify(body) })
    };
    const response = await this.requester.fetch(path + queryText(query), init).catch((reason: unknown) => {
      signal?.throwIfAborted();
      throw isOurs(reason) ? reason : unreachable();
    });
    const mark = response.headers.get('ETag') ?? etag ?? null;
    if (response.status === 304 || response.status === 204) return { value: undefined, etag: mark };
    if (!response.ok) throw await errorOf(response);
    try {
      return { value: (await decodeBody(response)) as T, etag: mark };
    } catch (reason) {
      signal?.throwIfAborted();
      throw isOurs(reason) ? reason : unreachable(); // cut off on its way
    }
  }

  /** The address that a plain link has. */
  link(path: string, query: Query = {}): string {
    const whole = path + queryText(query);
    return this.requester.link?.(whole) ?? this.requester.url + whole;
  }
}

/** A name as a part of an address: nothing in it leads anywhere else. */
export function part(name: string): string {
  // Browsers take dots in an address for a way up, written out or not.
  return /^\.{1,2}$/.test(name) ? name.replaceAll('.', '%252E') : encodeURIComponent(name);
}

function queryText(query: Query = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined) given.append(name, String(each));
    }
  }
  const text = given.toString();
  return text && `?${text}`;
}

/** Whether it says already what went wrong, or that nobody wants the answer any more. */
function isOurs(reason: unknown): boolean {
  return reason instanceof SourceError || (reason instanceof DOMException && reason.name === 'AbortError');
}
