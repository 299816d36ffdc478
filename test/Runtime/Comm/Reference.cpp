#include "Reference.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace sft::rt::test {

namespace {

uint64_t scramble(uint64_t x) {
  x = (x ^ (x >> 31)) * 0x7fb5d329728ea185;
  x = (x ^ (x >> 27)) * 0x81dadef4bc2dd44d;
  return x ^ (x >> 33);
}

/// The bf16 nearest to `value`, ties to even, found by trying neighbours.
uint16_t nearestBf16(float value) {
  auto low = uint16_t(std::bit_cast<uint32_t>(value) >> 16);
  auto at = [](uint16_t bits) {
    return double(std::bit_cast<float>(uint32_t(bits) << 16));
  };
  double below = std::fabs(double(value) - at(low));
  double above = std::fabs(double(value) - at(uint16_t(low + 1)));
  bool up = above < below || (above == below && (low & 1) != 0);
  return uint16_t(up ? low + 1 : low);
}

float fromBf16(uint16_t bits) {
  return std::bit_cast<float>(uint32_t(bits) << 16);
}

template <typename T> T load(const Bytes &bytes, size_t i) {
  T value;
  memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

template <typename T> void store(Bytes &bytes, size_t i, T value) {
  memcpy(bytes.data() + i * sizeof(T), &value, sizeof(T));
}

template <typename T> T apply(T a, T b, ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Max:
    return std::max(a, b);
  case ReduceKind::Min:
    return std::min(a, b);
  case ReduceKind::Sum:
    break;
  }
  if constexpr (std::is_integral_v<T>) {
    return T(uint64_t(a) + uint64_t(b));
  } else {
    return a + b;
  }
}

/// Inputs [first, end): all but the largest power of two below their number are
/// added to those.
template <typename T>
T treeOf(const std::vector<T> &values, ReduceKind kind, size_t first,
         size_t end) {
  if (end - first == 1) {
    return values[first];
  }
  size_t middle = first + std::bit_ceil(end - first) / 2;
  return apply(treeOf(values, kind, first, middle),
               treeOf(values, kind, middle, end), kind);
}

/// Elements as T, sums as W.
template <typename T, typename W>
Bytes reduceAs(const std::vector<Bytes> &inputs, ReduceKind kind, W (*widen)(T),
               T (*narrow)(W)) {
  Bytes result = inputs[0];
  for (size_t i = 0; i < result.size() / sizeof(T); ++i) {
    std::vector<W> values;
    for (const Bytes &input : inputs) {
      values.push_back(widen(load<T>(input, i)));
    }
    store(result, i, narrow(treeOf(values, kind, 0, values.size())));
  }
  return result;
}

template <typename T>
Bytes reduceAs(const std::vector<Bytes> &inputs, ReduceKind kind) {
  T (*same)(T) = [](T value) { return value; };
  return reduceAs<T, T>(inputs, kind, same, same);
}

} // namespace

Bytes makeInput(int rank, size_t count, DataType type) {
  Bytes bytes(count * sizeOf(type));
  for (size_t i = 0; i < count; ++i) {
    uint64_t bits = scramble(i * 64 + uint64_t(rank) + 1);
    double value = double(int64_t(bits)) * 0x1p-40; // up to 2^23
    switch (type) {
    case DataType::F32:
      store(bytes, i, float(value));
      break;
    case DataType::F64:
      store(bytes, i, value);
      break;
    case DataType::BF16:
      store(bytes, i, nearestBf16(float(value)));
      break;
    case DataType::I8:
      store(bytes, i, int8_t(bits));
      break;
    case DataType::I32:
      store(bytes, i, int32_t(bits));
      break;
    case DataType::I64:
      store(bytes, i, int64_t(bits));
      break;
    }
  }
  return bytes;
}

std::vector<Bytes> makeInputs(int ranks, size_t count, DataType type) {
  std::vector<Bytes> inputs;
  for (int r = 0; r < ranks; ++r) {
    inputs.push_back(makeInput(r, count, type));
  }
  return inputs;
}

Bytes reduceInTree(const std::vector<Bytes> &inputs, DataType type,
                   ReduceKind kind) {
  switch (type) {
  case DataType::F32:
    return reduceAs<float>(inputs, kind);
  case DataType::F64:
    return reduceAs<double>(inputs, kind);
  case DataType::BF16:
    return reduceAs<uint16_t, float>(inputs, kind, fromBf16, nearestBf16);
  case DataType::I8:
    return reduceAs<int8_t>(inputs, kind);
  case DataType::I32:
    return reduceAs<int32_t>(inputs, kind);
  case DataType::I64:
    return reduceAs<int64_t>(inputs, kind);
  }
  return {};
}

} // namespace sft::rt::test
