//===- CrashOnWorker.cpp - Preloaded: a thread of a tool crashes ----------===//
//
// Stands before the C library's malloc. What a thread beside the main one takes
// while it compiles kernels soon comes to the call that ends by a signal.
//
//===----------------------------------------------------------------------===//
#include <csignal>
#include <cstddef>
#include <unistd.h>

extern "C" void *__libc_malloc(size_t size);

static bool isMainThread() { return gettid() == getpid(); }

extern "C" void *malloc(size_t size) {
  constexpr int kLast = 3000;
  static thread_local int calls = 0;
  if (!isMainThread() && ++calls == kLast) {
    raise(SIGSEGV);
  }
  return __libc_malloc(size);
}
