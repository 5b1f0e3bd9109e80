/** `viva account`: who has an account, and letting somebody back in. */
import { resolve } from 'node:path';
import { listAccounts, RECOVERIES, type Recovery, recoverAccount } from '@viva/server';
import { type Command, Option } from 'commander';
import { CommandFailure } from '../failure.ts';

interface PlaceOptions {
  data: string;
  json?: boolean;
}

const placeOf = ({ data }: PlaceOptions) => ({
  data: resolve(data),
  databaseUrl: process.env.DATABASE_URL,
});

async function list(options: PlaceOptions): Promise<void> {
  const accounts = await listAccounts(placeOf(options));
  if (options.json) {
    console.log(JSON.stringify(accounts, null, 2));
    return;
  }
  for (const { email, role, state, secondFactor, passkeys } of accounts)
    console.log(
      [
        email.padEnd(32),
        role.padEnd(11),
        state.padEnd(8),
        secondFactor ? 'authenticator' : '',
        passkeys > 0 ? `${passkeys} passkeys` : '',
      ]
        .join('  ')
        .trimEnd(),
    );
}

async function recover(
  email: string,
  options: PlaceOptions & Partial<Record<string, unknown>>,
): Promise<void> {
  const chosen: Partial<Record<Recovery, unknown>> = {
    password: options.resetPassword,
    'second-factor': options.removeSecondFactor,
    passkeys: options.removePasskeys,
    unlock: options.unlock,
    sessions: options.endSessions,
  };
  const steps = RECOVERIES.filter((step) => chosen[step]);
  if (steps.length === 0)
    throw new CommandFailure('Say what to do, e.g. --unlock, --reset-password or --remove-second-factor.', 2);
  const { password } = await recoverAccount(placeOf(options), email, steps);
  if (options.json) console.log(JSON.stringify({ email, steps, password }));
  else {
    console.log(`Done for ${email}: ${steps.join(', ')}. The audit log has it.`);
    if (password) console.log(`New password, shown this once: ${password}\nChange it after signing in.`);
  }
}

export function registerAccount(program: Command): void {
  const account = program
    .command('account')
    .description('accounts of people (stop the server first, if the database is embedded)');
  const data = () =>
    new Option('-d, --data <folder>', 'the data folder').default(process.env.VIVA_DATA ?? '.viva');
  account
    .command('list')
    .description('everybody who has an account or an invitation')
    .addOption(data())
    .option('--json', 'print as JSON')
    .action(list);
  account
    .command('recover <email>')
    .description('let somebody back in who is locked out; every step lands in the audit log')
    .addOption(data())
    .option('--unlock', 'forget failed attempts')
    .option('--reset-password', 'make a new password and print it')
    .option('--remove-second-factor', 'take the authenticator app off')
    .option('--remove-passkeys', 'forget all passkeys')
    .option('--end-sessions', 'sign out everywhere')
    .option('--json', 'print as JSON')
    .action(recover);
}
