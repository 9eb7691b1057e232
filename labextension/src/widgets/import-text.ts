/** Imports a module from its text; the page's own host is not asked. */
export async function importText(js: string): Promise<unknown> {
  const url = URL.createObjectURL(new Blob([js], { type: 'text/javascript' }));
  try {
    return await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}
