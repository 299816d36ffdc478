#include "runtime/executor/Finite.h"

#include <algorithm>
#include <cmath>

namespace sft::rt {
namespace {

template <typename T> bool allFinite(const std::byte *at, size_t bytes) {
  const T *values = reinterpret_cast<const T *>(at);
  return std::all_of(values, values + bytes / sizeof(T),
                     [](T value) { return std::isfinite(value); });
}

bool isFinite(const fb::Buffer &buffer, const std::byte *arena) {
  const std::byte *at = arena + buffer.offset();
  switch (buffer.type()) {
  case fb::DataType::F32:
    return allFinite<float>(at, size_t(buffer.bytes()));
  case fb::DataType::F64:
    return allFinite<double>(at, size_t(buffer.bytes()));
  default:
    return true;
  }
}

} // namespace

const OutputValue *findBrokenGuard(std::span<const OutputValue> outputs) {
  for (const OutputValue &value : outputs) {
    if (value.output->kind() == fb::OutputKind::Guard &&
        !std::isfinite(value.scalar())) {
      return &value;
    }
  }
  return nullptr;
}

const fb::Buffer *findNonFinite(const fb::Program &program,
                                const std::byte *arena) {
  for (auto kind : {fb::BufferKind::Input, fb::BufferKind::Parameter,
                    fb::BufferKind::State}) {
    for (const fb::Buffer *buffer : *program.buffers()) {
      if (buffer->kind() == kind && !isFinite(*buffer, arena)) {
        return buffer;
      }
    }
  }
  return nullptr;
}

} // namespace sft::rt
