#include "runtime/data/Gather.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace sft::rt {
namespace {

/// Beyond it not every whole number is a float of this type.
template <typename Float>
constexpr double kWhole =
    double(uint64_t(1) << std::numeric_limits<Float>::digits);

template <typename From, typename To> bool fits(From value) {
  if constexpr (std::is_integral_v<From> && std::is_integral_v<To>) {
    return int64_t(value) >= int64_t(std::numeric_limits<To>::min()) &&
           int64_t(value) <= int64_t(std::numeric_limits<To>::max());
  } else if constexpr (std::is_integral_v<To>) {
    // The lower bound of an integer type is a float, the upper one is not.
    double wide = double(value), low = double(std::numeric_limits<To>::min());
    return std::trunc(wide) == wide && wide >= low && wide < -low &&
           std::fabs(wide) <= kWhole<From>;
  } else if constexpr (std::is_integral_v<From>) {
    return std::fabs(double(value)) <= kWhole<To>;
  } else {
    return true; // f64 to f32 rounds
  }
}

template <typename From> From elementAt(const std::byte *data, int64_t index) {
  From value;
  std::memcpy(&value, data + size_t(index) * sizeof(From), sizeof(From));
  return value;
}

template <typename From, typename To>
std::optional<int64_t> misfit(const std::byte *data, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (!fits<From, To>(elementAt<From>(data, i))) {
      return i;
    }
  }
  return std::nullopt;
}

/// Rows of a shuffled batch stand anywhere: while one is copied, the memory
/// system fetches one of the next.
constexpr int64_t kRowsAhead = 4;

void prefetch(const std::byte *row, size_t bytes) {
  constexpr size_t kLine = 64, kMost = 512; // the hardware follows from there
  for (size_t at = 0; at < std::min(bytes, kMost); at += kLine) {
    __builtin_prefetch(row + at);
  }
}

template <typename From, typename To>
void gatherDense(const RowSource &source, const RowOrder &order, int64_t rows,
                 void *const *buffers) {
  auto *out = static_cast<To *>(buffers[0]);
  size_t rowBytes = size_t(source.elements) * sizeof(From);
  for (int64_t row = 0; row < order.filled; ++row, out += source.elements) {
    const std::byte *from = source.data + size_t(order(row)) * rowBytes;
    if (row + kRowsAhead < order.filled) {
      prefetch(source.data + size_t(order(row + kRowsAhead)) * rowBytes,
               rowBytes);
    }
    if constexpr (std::is_same_v<From, To>) {
      std::memcpy(out, from, rowBytes);
    } else {
      for (int64_t i = 0; i < source.elements; ++i) {
        out[i] = To(elementAt<From>(from, i));
      }
    }
  }
  std::fill_n(out, (rows - order.filled) * source.elements, To());
}

template <typename From, typename To> constexpr Conversion conversion() {
  return {gatherDense<From, To>, misfit<From, To>};
}

template <typename From> Conversion conversionFrom(DataType to) {
  switch (to) {
  case DataType::F32:
    return conversion<From, float>();
  case DataType::F64:
    return conversion<From, double>();
  case DataType::I8:
    return conversion<From, int8_t>();
  case DataType::I32:
    return conversion<From, int32_t>();
  case DataType::I64:
    return conversion<From, int64_t>();
  case DataType::BF16:
    break;
  }
  return {};
}

/// Copies one row of a CSR array behind the `count` entries already there.
int64_t appendRow(const CsrArray &csr, int64_t row, int64_t count,
                  void *const *buffers) {
  int64_t begin = csr.rowOffsets[size_t(row)];
  size_t length = size_t(csr.rowOffsets[size_t(row) + 1] - begin);
  std::copy_n(csr.columnIndices.data() + begin, length,
              static_cast<int32_t *>(buffers[1]) + count);
  std::copy_n(csr.values.data() + begin, length,
              static_cast<float *>(buffers[2]) + count);
  return count + int64_t(length);
}

} // namespace

Conversion findConversion(DataType from, DataType to) {
  switch (from) {
  case DataType::F32:
    return conversionFrom<float>(to);
  case DataType::F64:
    return conversionFrom<double>(to);
  case DataType::I8:
    return conversionFrom<int8_t>(to);
  case DataType::I32:
    return conversionFrom<int32_t>(to);
  case DataType::I64:
    return conversionFrom<int64_t>(to);
  case DataType::BF16: // the same bits only
    return to == from ? conversion<uint16_t, uint16_t>() : Conversion();
  }
  return {};
}

namespace {

/// Fills one block with rows [first, first + rows) of the batch.
void gatherBlock(const RowSource &source, const RowOrder &order, int64_t first,
                 int64_t rows, int64_t capacity, void *const *buffers) {
  auto *offsets = static_cast<int32_t *>(buffers[0]);
  // What the last batch left; clamped, as the buffer is not ours alone.
  int64_t old = std::clamp<int64_t>(offsets[rows], 0, capacity);
  int64_t count = 0;
  offsets[0] = 0;
  for (int64_t row = 0; row < rows; ++row) {
    if (first + row < order.valid) {
      count = appendRow(*source.csr, order(first + row), count, buffers);
    }
    offsets[row + 1] = int32_t(count);
  }
  if (old > count) {
    std::fill_n(static_cast<int32_t *>(buffers[1]) + count, old - count, 0);
    std::fill_n(static_cast<float *>(buffers[2]) + count, old - count, 0.0f);
  }
}

} // namespace

void gatherCsr(const RowSource &source, const RowOrder &order, int64_t rows,
               void *const *buffers) {
  int64_t inBlock = rows / source.blocks;
  int64_t capacity = source.capacity / source.blocks;
  for (int64_t block = 0; block < source.blocks; ++block) {
    void *const parts[] = {
        static_cast<int32_t *>(buffers[0]) + block * (inBlock + 1),
        static_cast<int32_t *>(buffers[1]) + block * capacity,
        static_cast<float *>(buffers[2]) + block * capacity};
    gatherBlock(source, order, block * inBlock, inBlock, capacity, parts);
  }
}

void gatherDenseFromCsr(const RowSource &source, const RowOrder &order,
                        int64_t rows, void *const *buffers) {
  const CsrArray &csr = *source.csr;
  auto *out = static_cast<float *>(buffers[0]);
  std::fill_n(out, rows * source.elements, 0.0f);
  for (int64_t row = 0; row < order.filled; ++row, out += source.elements) {
    size_t from = size_t(order(row));
    for (int64_t i = csr.rowOffsets[from]; i < csr.rowOffsets[from + 1]; ++i) {
      out[csr.columnIndices[size_t(i)]] = csr.values[size_t(i)];
    }
  }
}

} // namespace sft::rt
