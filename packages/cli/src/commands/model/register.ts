/** `viva model …`: model files. */
import type { Command } from 'commander';
import { registerGgufCommands } from './register-gguf.ts';

export function registerModel(program: Command): void {
  const model = program.command('model').description('model files: quantise, run, measure');
  registerGgufCommands(model);
}
