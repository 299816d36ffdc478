//===- Number.h - A number in an attribute ----------------------*- C++ -*-===//
#pragma once

#include "llvm/ADT/Hashing.h"
#include "llvm/ADT/bit.h"

#include <cstdint>

namespace sft {

/// A double that can be a parameter of a uniqued attribute: equal by bits.
struct Number {
  double value = 0.0;

  Number(double value) : value(value) {}
  operator double() const { return value; }
  uint64_t bits() const { return llvm::bit_cast<uint64_t>(value); }
  bool operator==(const Number &other) const { return bits() == other.bits(); }
  friend llvm::hash_code hash_value(const Number &number) {
    return llvm::hash_value(number.bits());
  }
};

} // namespace sft
