#include "runtime/executor/Finite.h"

#include "runtime/plan/PlanWalk.h"

#include <algorithm>
#include <cmath>

namespace sft::rt {
namespace {

template <typename T> Finiteness worstOf(const std::byte *at, size_t count) {
  const T *values = reinterpret_cast<const T *>(at);
  Finiteness worst = Finiteness::Finite;
  for (size_t i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) {
      worst = std::max(worst, std::isnan(values[i]) ? Finiteness::NaN
                                                    : Finiteness::Inf);
    }
  }
  return worst;
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

Finiteness finiteness(const fb::Buffer &buffer, const std::byte *arena) {
  const std::byte *at = arena + buffer.offset();
  switch (buffer.type()) {
  case fb::DataType::F32:
    return worstOf<float>(at, elements(buffer));
  case fb::DataType::F64:
    return worstOf<double>(at, elements(buffer));
  default:
    return Finiteness::Finite;
  }
}

} // namespace sft::rt
