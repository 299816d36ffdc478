//===- Options.h - sft-run's command line -----------------------*- C++ -*-===//
#pragma once

#include "runtime/api/sft.h"

#include <optional>
#include <string>

struct Options {
  std::string plan, planDigest;
  std::string data, evaluation, predict, init, save;
  std::string checkpoint, resume, metrics, trace;
  sft_session_options session;
  sft_train_options train; ///< its paths point at the strings above
  bool quiet = false;

  bool wantsTraining() const { return !data.empty() && !noTraining; }
  bool noTraining = false; ///< --epochs=0 or --steps=0
};

/// Parses; prints help, version or the mistake. The exit status where the
/// program is to end.
std::optional<int> parseOptions(int argc, char **argv, Options &options);
