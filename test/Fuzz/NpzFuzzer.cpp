#include "runtime/data/Dataset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  sft::rt::ReadOptions options;
  options.maxBytes = 16 << 20; // a fuzzer has little memory
  auto bytes = std::as_bytes(std::span(data, size));
  (void)sft::rt::readNpz(bytes, options);
  return 0;
}
