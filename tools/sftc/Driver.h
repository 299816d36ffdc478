//===- Driver.h - From a model file to a plan file --------------*- C++ -*-===//
#pragma once

#include "tools/sftc/Options.h"

namespace sft {

/// Compiles as the options say. Prints located errors; true if all went well.
bool compile(const DriverOptions &options);

} // namespace sft
