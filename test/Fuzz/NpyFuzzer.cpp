#include "runtime/data/Dataset.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto bytes = std::as_bytes(std::span(data, size));
  (void)sft::rt::readNpy(bytes, "x");
  return 0;
}
