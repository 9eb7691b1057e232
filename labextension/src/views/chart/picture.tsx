/** A picture from bytes: only ever as an `<img>`, in which nothing of an SVG runs or loads. */

import { useEffect, useState } from 'preact/hooks';
import { tip } from '../parts/text';

const TYPES = /^image\/(?:avif|bmp|gif|jpeg|png|svg\+xml|webp)$/;

export interface PictureProps {
  label: string;
  mime: string;
  base64?: string;
  bytes?: Uint8Array;
  /** Called when it is no picture after all. */
  onError?: () => void;
}

const SVG = 'image/svg+xml';
const CHUNK = 0x8000;

/** Shows an image, whose bytes are text in Base64 or come from a kernel. */
export function Picture({ label, mime, base64, bytes, onError }: PictureProps) {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes || !TYPES.test(mime)) return setUrl(null);
    // An SVG opened in a tab of its own runs: at a `blob:` address as this page's, at a `data:` one as nobody's.
    if (mime === SVG) return setUrl(address(mime, toBase64(bytes)));
    const made = URL.createObjectURL(new Blob([bytes as BlobPart], { type: mime }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes, mime]);
  const src = base64 !== undefined && TYPES.test(mime) ? address(mime, base64) : url;
  return src ? <img class="nbf-picture" src={src} alt={tip(label)} onError={onError} /> : null;
}

/** Bytes as text in Base64. */
export function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK) parts.push(String.fromCharCode(...bytes.subarray(at, at + CHUNK)));
  return btoa(parts.join(''));
}

function address(mime: string, base64: string): string {
  return `data:${mime};base64,${base64.replace(/[^A-Za-z0-9+/=]/g, '')}`;
}
