import { Command } from 'commander';
import { addAuditCommand } from './audit/command.ts';
import { addDoctorCommand } from './doctor/command.ts';
import { addKeysCommand } from './keys/command.ts';
import { addPrivacyCommand } from './privacy/command.ts';
import { addQueryCommand } from './query/command.ts';
import { addRejectedCommand } from './rejected/command.ts';
import { addReplayCommand } from './replay/command.ts';
import { addSchemaCommand } from './schema/command.ts';
import { addSendCommand } from './send/command.ts';
import { addTailCommand } from './tail/command.ts';

// What the functions run on is chosen elsewhere, and this Node is one of those that Millrace supports.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('millrace')
  .description('Works with a running Millrace, local or on AWS')
  // A command line that is wrong is a failure, not "some events were rejected", which is status 1.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2));
addSendCommand(program);
addKeysCommand(program);
addPrivacyCommand(program);
addQueryCommand(program);
addRejectedCommand(program);
addSchemaCommand(program);
addAuditCommand(program);
addTailCommand(program);
addDoctorCommand(program);
addReplayCommand(program);
await program.parseAsync();
