import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** An operation of the vendor's SDK: how its sources build the call's path. */
export interface SdkPath {
  readonly method: string;
  /** With placeholders in braces, named as the SDK's own parameters are; as far as it stands in the sources. */
  readonly path: string;
  /** The folder of its model. */
  readonly area: string;
}

const root = join(dirname(fileURLToPath(import.meta.resolve('@zohocrm/typescript-sdk-8.0'))), 'core/com/zoho/crm/api');

/** Every operation of the vendor's TypeScript SDK 8.0, read from its sources: text and parameters, piece by piece. */
export function sdkPaths(): readonly SdkPath[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('_operations.js')).sort();
  return sources.flatMap((file) => {
    const area = file.split(/[/\\]/)[0] as string;
    const [, ...bodies] = readFileSync(join(root, file), 'utf8').split("let apiPath = '';");
    return bodies.map((body): SdkPath => {
      const before = body.slice(0, body.indexOf('setHttpMethod'));
      const pieces = [...before.matchAll(/apiPath\.concat\((?:"([^"]*)"|(?:this\.)?(\w+)\.toString\(\))\)/g)];
      const method = /REQUEST_METHOD_(\w+)/.exec(body)?.[1] ?? '';
      return { method, path: pieces.map(([, text, name]) => text ?? `{${name}}`).join(''), area };
    });
  });
}
