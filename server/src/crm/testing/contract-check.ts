import { contractOperations } from './contract-documents.ts';

/** What is wrong with an answer, if a contract document has its operation. */
export type ContractCheck = (method: string, path: string, status: number, json: unknown) => string | undefined;

/** Checks answers against all contract documents; undefined where they are not available. */
export function contractCheck(): ContractCheck | undefined {
  const entries = contractOperations().map((operation) => ({ operation, parts: operation.path.split('/') }));
  if (entries.length === 0) return undefined;
  // Literal parts match before templated ones.
  entries.sort((a, b) => placeholders(a.parts) - placeholders(b.parts));
  return (method, path, status, json) => {
    const parts = path.replace(/^\/crm(\/bulk)?\/v[\d.]+\//, '/crm$1/v8/').split('/');
    const entry = entries.find((each) => each.operation.method === method && fits(each.parts, parts));
    const fault = entry?.operation.checkAnswer(status, json);
    return fault && `${method} ${path} ${status}: ${fault}`;
  };
}

function placeholders(parts: readonly string[]): number {
  return parts.filter((part) => part.startsWith('{')).length;
}

/** Parts that no placeholder for a module stands for. */
const notModules = new Set(['settings', 'users', 'actions', '__apis']);

function fits(template: readonly string[], parts: readonly string[]): boolean {
  return (
    template.length === parts.length &&
    template.every((part, index) =>
      part.startsWith('{') ? parts[index] !== '' && !notModules.has(parts[index] as string) : part === parts[index],
    )
  );
}
