//===- Json.h - Writing JSON values -----------------------------*- C++ -*-===//
#pragma once

#include <string>

namespace sft::rt {

/// The text as a JSON string, quotes included.
std::string jsonQuoted(const std::string &text);
/// The number as JSON: 9 digits, or null where it is not finite.
std::string jsonNumber(double value);

} // namespace sft::rt
