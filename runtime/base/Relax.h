//===- Relax.h - A turn of a loop that spins --------------------*- C++ -*-===//
#pragma once

namespace sft::rt {

/// Leaves the core's other thread, if it has one, more of the core.
inline void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

} // namespace sft::rt
