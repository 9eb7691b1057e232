/** Words for the user, in the language of the host: as they stand until it brings a translation. */

/** What translates, of which JupyterLab's bundles are some. `%1` stands for the first value. */
export interface Translation {
  __(text: string, ...values: unknown[]): string;
  _n(one: string, many: string, n: number, ...values: unknown[]): string;
}

const AS_IT_STANDS: Translation = {
  __: (text, ...values) => filled(text, values),
  _n: (one, many, n, ...values) => filled(n === 1 ? one : many, [n, ...values])
};

let current = AS_IT_STANDS;

/** Translates from now on; null goes back to the words as they stand. */
export function setTranslation(translation: Translation | null): void {
  current = translation ?? AS_IT_STANDS;
}

/** Says a text; `%1`, `%2` … become the values. */
export function t(text: string, ...values: (string | number)[]): string {
  return current.__(text, ...values);
}

/** Says how many; `%1` becomes the number, `%2`, `%3` … the values. */
export function tn(one: string, many: string, n: number, ...values: (string | number)[]): string {
  return current._n(one, many, n, ...values);
}

/** In one pass, so that a value is never taken for a place. */
function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/%%|%(\d+)/g, (found, place?: string) => {
    if (place === undefined) return '%';
    const value = values[Number(place) - 1];
    return value === undefined ? found : String(value);
  });
}
