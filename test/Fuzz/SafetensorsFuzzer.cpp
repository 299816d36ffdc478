#include "runtime/checkpoint/Safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto bytes = std::as_bytes(std::span(data, size));
  (void)sft::rt::readSafetensors(bytes);
  return 0;
}
