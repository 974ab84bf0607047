import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes, type RegisterHooksOptions } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Imports of what lies in this folder, each time anew with all that it imports from there; `instead` are modules by another source. */
export function freshImports(instead: Readonly<Record<string, string>>): { hooks: RegisterHooksOptions; import: (file: string) => Promise<unknown> } {
  const here = pathToFileURL(`${process.cwd()}/`).href;
  const sources = new Map<string, string>();
  let round = 0;
  const sourceOf = (url: string): string => {
    const source = sources.get(url) ?? stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'));
    sources.set(url, source);
    return source;
  };
  return {
    hooks: {
      resolve(specifier, context, next) {
        if (Object.hasOwn(instead, specifier) && context.parentURL?.startsWith(here)) return { url: `instead:${specifier}`, format: 'module', shortCircuit: true };
        const found = next(specifier, context);
        return found.url.startsWith(here) && !found.url.includes('/node_modules/') ? { ...found, url: `${found.url.split('?')[0]}?round=${round}` } : found;
      },
      load(url, context, next) {
        if (url.startsWith('instead:')) return { format: 'module', source: instead[url.slice('instead:'.length)] ?? '', shortCircuit: true };
        return url.startsWith(here) && url.includes('?round=') ? { format: 'module', source: sourceOf(url.split('?')[0] ?? url), shortCircuit: true } : next(url, context);
      },
    },
    import(file) {
      round += 1;
      return import(new URL(file, here).href);
    },
  };
}
