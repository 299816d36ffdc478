//===- Run.h - From options to exit status ----------------------*- C++ -*-===//
#pragma once

#include "tools/sft-run/Options.h"

/// Loads, trains, saves, predicts; prints results to standard output and errors
/// to standard error.
int run(Options &options);
