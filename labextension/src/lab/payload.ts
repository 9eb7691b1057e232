/** What an output holds for us, checked: it may be anybody's, or of a version to come. */
import type { Payload } from './live-source';

const VERSION = 1;

/** Reads an output's data; gives a text for the user where they are not for this version. */
export function readPayload(value: unknown): Payload | string {
  if (typeof value !== 'object' || value === null) return 'This output is damaged: run its cell again.';
  const { version, kind, model_id, data, state, revision } = value as Partial<Record<keyof Payload, unknown>>;
  if (typeof version !== 'number') return 'This output is damaged: run its cell again.';
  if (version > VERSION) return 'This output was made by a newer nbflow. Update it, or run its cell again.';
  const whole = parsed(data);
  if (whole === undefined) return 'This output is damaged: run its cell again.';
  return {
    version,
    kind: String(kind),
    ...(typeof model_id === 'string' && model_id !== '' ? { model_id } : {}),
    data: whole,
    state: typeof state === 'object' && state !== null && !Array.isArray(state) ? state : {},
    revision: typeof revision === 'number' ? revision : 0
  };
}

/** Reads data that were kept as their JSON text, which takes up less in a notebook; undefined for what is none. */
function parsed(data: unknown): unknown {
  if (typeof data !== 'string') return data ?? null;
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
