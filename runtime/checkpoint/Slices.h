//===- Slices.h - Boxes out of global tensors -------------------*- C++ -*-===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sft::rt {

/// A box of a global tensor: element [offset, offset + size) on each
/// dimension, stored densely in C order.
struct Box {
  std::vector<int64_t> offset, size;

  int64_t elements() const;
};

/// The common part; size 0 somewhere where there is none.
Box intersect(const Box &a, const Box &b);

/// Copies the common part of two boxes from `from`'s storage to `to`'s; returns
/// its number of elements.
int64_t copyOverlap(const Box &from, const std::byte *fromData, const Box &to,
                    std::byte *toData, size_t elementBytes);

} // namespace sft::rt
