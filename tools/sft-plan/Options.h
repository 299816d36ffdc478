//===- Options.h - sft-plan's command line ----------------------*- C++ -*-===//
#pragma once

#include "runtime/base/Status.h"

#include <span>
#include <string>
#include <vector>

namespace sft::tool {

struct Options {
  enum class Command { Help, Show, Stats, Diff, Verify };
  Command command = Command::Help;
  bool json = false;
  std::vector<std::string> files;
};

extern const char *const kHelp;

/// Usage (64) where the line cannot be understood.
rt::Expected<Options> parseOptions(std::span<char *const> arguments);

} // namespace sft::tool
