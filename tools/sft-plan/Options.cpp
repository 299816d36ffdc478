#include "tools/sft-plan/Options.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace sft::tool {

using rt::Status;
using Command = Options::Command;

const char *const kHelp =
    R"(sft-plan: look into the plans that sftc writes and sft-run executes.

usage: sft-plan show|stats|diff|verify FILE... [--json]

  show FILE...     the mesh, every program's buffers with their places in the
                   arena, and every instruction with its operands and the line
                   of the model that it comes from
  stats FILE...    for each program: arena (the peak of a rank), bytes by kind,
                   the largest buffers and the lines that fill them; for a
                   training step and each entry: floating-point operations of
                   the contractions, bytes of the buffers that a rank brings to
                   the collectives over each set of mesh axes
  diff FILE FILE   what differs: mesh and programs, then for each program its
                   collectives (count and bytes by kind and axes), memory (peak,
                   kinds, the tensors that differ most), floating-point
                   operations and kernels; then the lines of show that are only
                   in the first (-) or only in the second (+)
  verify FILE...   checks the whole file and says what is wrong with it

  --json           one JSON document a file, or for diff, instead of text

Every command verifies first. A plan that passes cannot read or write outside
its arena, and its ranks' communication matches and cannot deadlock. It still
holds machine code: run it only if you trust who made it.

examples:
  sft-plan show digits.plan | less
  sft-plan stats digits.plan --json | jq '.programs[].arena_bytes'
  sft-plan diff before.plan after.plan && echo same

exit status: 0 done; 1 diff found a difference; 64 usage; 65 a plan is damaged
or malformed; 66 a file cannot be read; 78 a plan of another format version
)";

namespace {

std::optional<Command> commandNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, Command> names[] = {
      {"show", Command::Show},   {"stats", Command::Stats},
      {"diff", Command::Diff},   {"verify", Command::Verify},
      {"--help", Command::Help}, {"-h", Command::Help},
      {"help", Command::Help},
  };
  auto found = std::ranges::find(names, name,
                                 &std::pair<std::string_view, Command>::first);
  return found == std::end(names) ? std::nullopt : std::optional(found->second);
}

Status usage(const std::string &message) {
  return Status::error(rt::Code::Usage, 1, message + "; see sft-plan --help");
}

Status checkFiles(const Options &options) {
  size_t files = options.files.size();
  if (options.command == Command::Diff && files != 2) {
    return usage("diff takes two files");
  }
  bool needsFile = options.command != Command::Help;
  return needsFile && files == 0 ? usage("no file is named") : Status();
}

} // namespace

rt::Expected<Options> parseOptions(std::span<char *const> arguments) {
  Options options;
  if (arguments.empty()) {
    return usage("no command is given (show, stats, diff or verify)");
  }
  std::optional<Command> command = commandNamed(arguments[0]);
  if (!command) {
    return usage(std::string("unknown command \"") + arguments[0] + "\"");
  }
  options.command = *command;
  for (std::string argument : arguments.subspan(1)) {
    if (argument == "--json") {
      options.json = true;
    } else if (argument == "--help" || argument == "-h") {
      options.command = Command::Help;
    } else if (argument.starts_with("-") && argument.size() > 1) {
      return usage("unknown option \"" + argument + "\"");
    } else {
      options.files.push_back(argument);
    }
  }
  SFT_RETURN_IF_ERROR(checkFiles(options));
  return options;
}

} // namespace sft::tool
