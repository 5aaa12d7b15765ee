import { Command, CommanderError } from 'commander';
import { UsableFailure } from '../foundation/failure.ts';
import { platformVersion } from '../foundation/version.ts';
import { AdminRefusal } from './admin-client.ts';
import { registerAuditCommands } from './commands/audit.ts';
import { registerBackupCommands } from './commands/backup.ts';
import { registerClientCommands } from './commands/client.ts';
import { registerCorsCommands } from './commands/cors.ts';
import { registerCrmCommands } from './commands/crm.ts';
import { registerDataCenterCommands } from './commands/data-center.ts';
import { registerDemoCommand } from './commands/demo.ts';
import { registerEventCommands } from './commands/event.ts';
import { registerFlowCommands } from './commands/flow.ts';
import { registerKeyCommands } from './commands/keys.ts';
import { registerLabCommands } from './commands/lab.ts';
import { registerLimitsCommands } from './commands/limits.ts';
import { registerMailCommands } from './commands/mail.ts';
import { registerMigrateCommand } from './commands/migrate.ts';
import { registerProviderCommands } from './commands/provider.ts';
import { registerSelfClientCommands } from './commands/self-client.ts';
import { registerServeCommand } from './commands/serve.ts';
import { registerSessionCommands } from './commands/session.ts';
import { registerStartCommand } from './commands/start.ts';
import { registerTokenCommands } from './commands/token.ts';
import { registerUserCommands } from './commands/user.ts';
import { someText } from './option-values.ts';
import { FailureTold, printable, printError } from './output.ts';
import { checkPaths } from './path-option.ts';
import { WrongUsage } from './wrong-usage.ts';

/** Exit codes of every command. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** All commands with their options, before anything is run. */
export function createProgram(): Command {
  const program = new Command('grantway')
    .description('A self-hosted API-access platform for many data centres.')
    .version(platformVersion, '-v, --version', 'print the version')
    .helpCommand(false)
    .showHelpAfterError('(add --help for what is expected)');
  registerStartCommand(program);
  registerServeCommand(program);
  registerDemoCommand(program);
  registerUserCommands(program);
  registerSessionCommands(program);
  registerClientCommands(program);
  registerSelfClientCommands(program);
  registerTokenCommands(program);
  registerCorsCommands(program);
  registerCrmCommands(program);
  registerDataCenterCommands(program);
  registerEventCommands(program);
  registerAuditCommands(program);
  registerFlowCommands(program);
  registerKeyCommands(program);
  registerLimitsCommands(program);
  registerLabCommands(program);
  registerMailCommands(program);
  registerProviderCommands(program);
  registerMigrateCommand(program);
  registerBackupCommands(program);
  prepare(program);
  return program;
}

/** Runs one command line. Returns the exit code; messages have been printed. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const program = createProgram();
  let running = program;
  program.hook('preAction', (_program, command) => {
    running = command;
  });
  const json = args.includes('--json');
  try {
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCodes.ok;
      if (json) printError(json, 'USAGE', error.message.replace(/^error: /, ''));
      return exitCodes.usage;
    }
    if (error instanceof FailureTold) return exitCodes.failed;
    if (error instanceof AdminRefusal) {
      printError(json, error.code, withOptionName(running, error.message));
      return exitCodes.failed;
    }
    if (error instanceof WrongUsage) {
      printError(json, 'USAGE', withOptionName(running, error.message));
      return exitCodes.usage;
    }
    if (error instanceof UsableFailure) {
      printError(json, 'FAILED', error.message);
      return exitCodes.failed;
    }
    printError(json, 'FAILED', describeUnexpected(error));
    return exitCodes.failed;
  }
}

/** A message that begins with a field of the admin API, with the option in its place that the field is given by. */
function withOptionName(command: Command, message: string): string {
  const [, field, rest = ''] = /^\/?(\w+)(:.*)$/s.exec(message) ?? [];
  const option = command.options.find((each) => each.attributeName() === field);
  return option?.long ? `${option.long}${rest}` : message;
}

/** What the system refused says so itself; anything else is a mistake of ours, which a person can report. */
function describeUnexpected(error: unknown): string {
  const { name = 'Error', message = String(error), syscall } = error as Partial<NodeJS.ErrnoException>;
  const text = message.split('\n', 1)[0];
  return syscall === undefined ? `our own fault, please report it: ${name}: ${text}` : `${text}`;
}

/** The library's message, and its guess on a line of its own; any other line end came with what was typed. */
function usageLines(text: string): string[] {
  return text.trimEnd().split(/\n(?=\(Did you mean )/);
}

/** Errors are thrown, not exits; paths are checked; what has to be there is not empty; and every command answers in JSON when asked. */
function prepare(command: Command): void {
  command.exitOverride();
  checkPaths(command);
  command.configureOutput({ outputError: (text, write) => write(`${usageLines(text).map(printable).join('\n')}\n`) });
  for (const option of command.options) if (option.mandatory && !option.parseArg) option.argParser(someText);
  for (const each of command.registeredArguments) if (!each.parseArg && !each.variadic) each.argParser(someText);
  for (const child of command.commands) prepare(child);
  if (command.commands.length === 0) command.option('--json', 'print one JSON document on standard output');
}
