//===- cpu/Scratch.h - Memory that products share ---------------*- C++ -*-===//
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace sft::rt {

/// What a product needs while it executes, one for all products of a rank:
/// they run in turn, so its lines are still in the cache. It grows, and may
/// move, while products are prepared.
class Scratch {
public:
  /// Throws std::bad_alloc.
  void reserve(size_t bytes) {
    if (bytes <= size) {
      return;
    }
    constexpr size_t kLine = 64;
    size_t rounded = (bytes + kLine - 1) / kLine * kLine;
    memory.reset(std::aligned_alloc(kLine, rounded));
    size = memory ? rounded : 0;
    if (!memory) {
      throw std::bad_alloc();
    }
  }
  void *data() const { return memory.get(); }

private:
  struct Free {
    void operator()(void *data) const { std::free(data); }
  };
  std::unique_ptr<void, Free> memory;
  size_t size = 0;
};

} // namespace sft::rt
