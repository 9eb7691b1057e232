/** What goes wrong between a page and the server, in words for the user. */

import { isRecord } from '../views/given';
import { SourceError } from '../views/source';

/** The code of the error that no server answered. */
export const NO_SERVER = 'NO_SERVER';

/** An answer that is none. */
export class ApiError extends SourceError {
  constructor(
    code: string,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    /** The status of the answer; 0 where none came. */
    readonly status = 0
  ) {
    super(code, message, details);
    this.name = 'ApiError';
  }

  /** Whether the same question may be answered a while later. */
  get passes(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Makes the error of an answer whose status says that it is one. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isRecord(body) && typeof body.error_code === 'string' && typeof body.message === 'string') {
    return new ApiError(body.error_code, body.message, isRecord(body.details) ? body.details : {}, response.status);
  }
  // Not ours: a proxy's, or a server's without nbflow.
  return new ApiError('UNKNOWN', foreignWords(response.status), {}, response.status);
}

/** Makes the error of an answer that did not come. */
export function unreachable(): ApiError {
  return new ApiError(NO_SERVER, 'The server does not answer. This is what is known by now.');
}

function foreignWords(status: number): string {
  if (status === 401 || status === 403) return 'The server does not let this page in: log in again, and load it anew.';
  if (status === 404) {
    return 'The server knows nothing of nbflow: install it where Jupyter Server runs, and restart that.';
  }
  if (status >= 500) return `The server, or what stands before it, fails (status ${status}). Its log says why.`;
  return `The server answers with status ${status}, and does not say why.`;
}
