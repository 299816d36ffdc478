#include "runtime/data/Dataset.h"

#include <bit>
#include <type_traits>

namespace sft::rt {
namespace {

struct Bfloat16 {
  uint16_t bits;
  operator float() const { return std::bit_cast<float>(uint32_t(bits) << 16); }
};

template <typename T> bool isBelow(T value, uint64_t limit) {
  if constexpr (std::is_integral_v<T>) {
    return value >= 0 && uint64_t(value) < limit;
  } else {
    return value > -1 && value < double(limit); // an index once truncated
  }
}

Status outside(const InputSpec &spec, double value, int64_t sample,
               uint64_t limit) {
  return Status::error(
      Code::Data, 221,
      format("input \"%s\": %.17g in sample %lld is no index in [0, %llu), "
             "which is how the model uses it",
             spec.name.c_str(), value, (long long)sample,
             (unsigned long long)limit));
}

template <typename T>
Status check(const InputSpec &spec, const T *rows, int64_t count,
             int64_t firstSample) {
  size_t width = 1;
  for (size_t d = 1; d < spec.globalShape.size(); ++d) {
    width *= size_t(spec.globalShape[d]);
  }
  bool uniform = spec.limits.size() == 1;
  for (int64_t row = 0; row < count; ++row) {
    for (size_t i = 0; i < width; ++i) {
      uint64_t limit = spec.limits[uniform ? 0 : i];
      T value = rows[size_t(row) * width + i];
      if (limit && !isBelow(value, limit)) {
        return outside(spec, double(value), firstSample + row, limit);
      }
    }
  }
  return {};
}

} // namespace

Status checkIndices(const InputSpec &spec, const void *rows, int64_t count,
                    int64_t firstSample) {
  if (spec.limits.empty()) {
    return {};
  }
  switch (spec.type) {
  case DataType::I8:
    return check(spec, static_cast<const int8_t *>(rows), count, firstSample);
  case DataType::I32:
    return check(spec, static_cast<const int32_t *>(rows), count, firstSample);
  case DataType::I64:
    return check(spec, static_cast<const int64_t *>(rows), count, firstSample);
  case DataType::F32:
    return check(spec, static_cast<const float *>(rows), count, firstSample);
  case DataType::F64:
    return check(spec, static_cast<const double *>(rows), count, firstSample);
  case DataType::BF16:
    return check(spec, static_cast<const Bfloat16 *>(rows), count, firstSample);
  }
  return {};
}

} // namespace sft::rt
