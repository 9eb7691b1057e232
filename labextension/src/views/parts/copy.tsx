/** Copying to the clipboard and downloading, where the page may do neither. */

import { useEffect, useState } from 'preact/hooks';
import { Button } from './button';
import type { IconName } from './icons';

/** Copies a text; tells whether it could. Without the clipboard API (pages not over https) the old way does it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

/** Hands a file to the browser. */
export function download(name: string, content: BlobPart, type = 'text/plain;charset=utf-8'): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  downloadFrom(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Has the browser save what is at an address; by itself under the name that the server gives it. */
export function downloadFrom(url: string, name = ''): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** A button that copies and says that it did. */
export function CopyButton({
  text,
  label,
  icon = 'copy',
  children
}: {
  text: string | (() => string);
  label: string;
  icon?: IconName;
  children?: string;
}) {
  const [said, setSaid] = useState<'' | 'Copied' | 'Could not copy'>('');
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(''), 1500);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <Button
      label={said || label}
      icon={said === 'Copied' ? 'check' : icon}
      look="plain"
      onClick={async () => {
        const done = await copyText(typeof text === 'string' ? text : text());
        setSaid(done ? 'Copied' : 'Could not copy');
      }}
    >
      {children && (said || children)}
    </Button>
  );
}

function copyTheOldWay(text: string): boolean {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  area.style.opacity = '0';
  document.body.append(area);
  area.select();
  try {
    return document.execCommand('copy');
  } catch {
    return false;
  } finally {
    area.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  }
}
