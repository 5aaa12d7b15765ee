import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { CallToolRequestSchema, type CallToolResult, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv';
import { platformVersion } from '../../foundation/version.ts';
import type { CrmAnswer } from '../kernel/call.ts';
import { isJsonObject } from '../kernel/json-body.ts';
import type { openTools } from './tools.ts';

/** What the protocol needs of the API on behalf of one caller. */
export interface ToolRunner {
  list(): ReturnType<typeof openTools>;
  /** Never throws: what a call is refused with is an answer. */
  call(name: string, given: Readonly<Record<string, unknown>>): Promise<CrmAnswer>;
}

const instructions =
  'The CRM REST API as tools. list_modules and list_fields_of_module tell the API names of modules and fields. A tool ' +
  'whose scope the token lacks is not listed. Errors are the JSON of the API: code, details, message.';
// One for all: it is not used, and costly to make.
const jsonSchemaValidator = new AjvJsonSchemaValidator();

/**
 * Answers one message of the Model Context Protocol over Streamable HTTP (2025-11-25, "Transports"): without sessions, so
 * that any process can answer any message, and with JSON, because no tool tells of its progress.
 * @param request its method and headers
 * @param message its body, parsed
 */
export async function answerMessage(request: Request, message: unknown, runner: ToolRunner): Promise<Response> {
  const server = new Server(
    { name: 'grantway-crm', title: 'Grantway CRM', version: platformVersion },
    { capabilities: { tools: {} }, instructions, jsonSchemaValidator },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: runner.list() }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) =>
    resultOf(await runner.call(params.name, params.arguments ?? {})),
  );
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  await server.connect(transport);
  try {
    const response = await transport.handleRequest(request, { parsedBody: message });
    // As a whole before the server is closed.
    return new Response(response.body === null ? null : await response.arrayBuffer(), response);
  } finally {
    await server.close();
  }
}

/** An answer of the API as a tool's result: its JSON as text, and as it is where it is an object. */
function resultOf({ json, status, text }: CrmAnswer): CallToolResult {
  const written = text ?? (json === undefined ? undefined : JSON.stringify(json));
  const value: unknown = text === undefined ? json : JSON.parse(text);
  return {
    content: [{ type: 'text', text: written ?? `Nothing was found (status ${status}, no content).` }],
    ...(isJsonObject(value) ? { structuredContent: { ...value } } : {}),
    ...(status >= 400 ? { isError: true } : {}),
  };
}
