/** What a chart may not do. */
import type { Config, Loader, LoggerInterface } from 'vega';

const NOTHING_LOADED =
  'This chart wants data from an address. Nothing is loaded from the network: put the data into the chart.';

/** Loads nothing; pictures stand in the spec as `data:image/`, links lead to the web, in a window of their own. */
export function noNetwork(problems: string[]): Loader {
  const refuse = (): Promise<never> => {
    problems.push(NOTHING_LOADED); // Vega itself would only draw nothing
    return Promise.reject(new Error(NOTHING_LOADED));
  };
  const sanitize = (uri: string, { context }: { context?: string } = {}): Promise<{ href: string }> => {
    const isLink = context === 'href' && /^https?:\/\//i.test(uri);
    const isPicture = context === 'image' && /^data:image\/[a-z0-9.+-]+[;,]/i.test(uri);
    if (isLink) return Promise.resolve({ href: uri, target: '_blank', rel: 'noopener noreferrer' });
    if (isPicture) return Promise.resolve({ href: uri });
    return Promise.reject(new Error('an address that a chart may not have'));
  };
  return { load: refuse, http: refuse, file: refuse, sanitize, options: {} } as Loader;
}

/**
 * A chart hears what is done to it, and the pointer while something is dragged out of it.
 *
 * Not keys pressed anywhere on the page, nor elements outside: a spec could else carry a password away in a link.
 */
export const EVENTS: Config['events'] = {
  bind: 'container',
  globalCursor: false,
  selector: false,
  window: ['mousemove', 'mouseup', 'pointermove', 'pointerup', 'resize', 'touchend', 'touchmove']
};

/** Keeps what went wrong; nothing goes to the console, to which expressions of a spec could else write too. */
export function logger(problems: string[]): LoggerInterface {
  const log: LoggerInterface = {
    level: ((level?: number) => (level === undefined ? 0 : log)) as LoggerInterface['level'],
    error: (...said: readonly unknown[]) => {
      const error = said.find(part => part instanceof Error);
      problems.push(error instanceof Error ? error.message : said.map(String).join(' '));
      return log;
    },
    warn: () => log,
    info: () => log,
    debug: () => log
  };
  return log;
}
