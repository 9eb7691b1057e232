/** Dragging something out of the panel: it begins when the pointer, held down, has moved. */

import { useEffect, useRef } from 'preact/hooks';

const FAR = 5; // pixels: less is a click of an unsteady hand

/** Gives what to call when the pointer goes down on a thing. */
export function useDrag<Thing>(
  onDrag: ((thing: Thing, event: PointerEvent) => void) | undefined
): (thing: Thing, event: PointerEvent) => void {
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => () => stop.current(), []);
  return (thing, down) => {
    stop.current();
    if (!onDrag || down.button !== 0 || down.pointerType === 'touch' || down.shiftKey || down.ctrlKey) return;
    const move = (event: PointerEvent) => {
      if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < FAR) return;
      stop.current();
      onDrag(thing, event);
    };
    stop.current = () => {
      document.removeEventListener('pointermove', move, true);
      document.removeEventListener('pointerup', stop.current, true);
      document.removeEventListener('pointercancel', stop.current, true);
    };
    document.addEventListener('pointermove', move, true);
    document.addEventListener('pointerup', stop.current, true);
    document.addEventListener('pointercancel', stop.current, true);
  };
}
