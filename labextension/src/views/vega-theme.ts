/** The colours of the page, for charts that have none of their own. */

/**
 * Gives the part of a chart's config that follows the page; what the spec itself says comes before it.
 *
 * A spec with a background of its own is left as it is: text for a dark page would vanish on its white.
 */
export function theme(el: HTMLElement, spec: object): object {
  const { background, config } = spec as { background?: unknown; config?: { background?: unknown } };
  const own = config?.background ?? background;
  if (own && own !== 'transparent') return {};
  const style = getComputedStyle(el);
  const ink = style.color || 'currentColor';
  const font = style.fontFamily || 'sans-serif';
  const lines = {
    domainColor: ink,
    domainOpacity: 0.4,
    gridColor: ink,
    gridOpacity: 0.12,
    tickColor: ink,
    tickOpacity: 0.4
  };
  const texts = { labelColor: ink, labelFont: font, titleColor: ink, titleFont: font };
  return {
    background: 'transparent',
    font,
    axis: { ...lines, ...texts },
    header: texts,
    legend: texts,
    rule: { color: ink },
    style: { 'guide-label': { fill: ink, font }, 'guide-title': { fill: ink, font } },
    text: { color: ink, font },
    title: { color: ink, font, subtitleColor: ink, subtitleFont: font },
    view: { stroke: 'transparent' }
  };
}

/** Calls `changed` when the page's theme is another; gives the way to stop. */
export function watchTheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.body, {
    attributes: true,
    attributeFilter: ['class', 'data-jp-theme-name', 'data-vscode-theme-id']
  });
  return () => observer.disconnect();
}
