#include "runtime/data/Elements.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace sft::rt {
namespace {

static_assert(std::endian::native == std::endian::little);

std::shared_ptr<std::byte[]> allocate(size_t bytes) {
  return std::make_shared_for_overwrite<std::byte[]>(
      std::max<size_t>(bytes, 1));
}

float fromHalf(uint16_t half) {
  int exponent = (half >> 10) & 31;
  float mantissa = float(half & 1023);
  float sign = half & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 31) {
    return mantissa != 0 ? std::numeric_limits<float>::quiet_NaN()
                         : sign * std::numeric_limits<float>::infinity();
  }
  return exponent == 0 ? sign * std::ldexp(mantissa, -24)
                       : sign * std::ldexp(mantissa + 1024, exponent - 25);
}

/// Writes convert(element) for each From in `bytes` to new storage.
template <typename From, typename Convert>
void widen(DenseArray &array, DataType type, std::span<const std::byte> bytes,
           Convert convert) {
  using To = decltype(convert(From()));
  size_t count = bytes.size() / sizeof(From);
  auto storage = allocate(count * sizeof(To));
  for (size_t i = 0; i < count; ++i) {
    From from;
    std::memcpy(&from, bytes.data() + i * sizeof(From), sizeof(From));
    To to = convert(from);
    std::memcpy(storage.get() + i * sizeof(To), &to, sizeof(To));
  }
  array.type = type;
  array.data = storage.get();
  array.storage = std::move(storage);
}

template <typename From>
void widenToI32(DenseArray &array, std::span<const std::byte> bytes) {
  widen<From>(array, DataType::I32, bytes,
              [](From value) { return int32_t(value); });
}

void keep(DenseArray &array, DataType type, std::span<const std::byte> bytes) {
  array.type = type;
  array.data = bytes.data();
}

Status setU64(DenseArray &array, std::span<const std::byte> bytes) {
  bool fits = true;
  widen<uint64_t>(array, DataType::I64, bytes, [&](uint64_t value) {
    fits &= value <= uint64_t(std::numeric_limits<int64_t>::max());
    return int64_t(value);
  });
  return fits ? Status()
              : Status::error(Code::Data, 210,
                              "array \"" + array.name +
                                  "\": a u64 value does not fit i64");
}

Status setNative(DenseArray &array, FileType type,
                 std::span<const std::byte> bytes) {
  switch (type) {
  case FileType::F32:
    return keep(array, DataType::F32, bytes), Status();
  case FileType::F64:
    return keep(array, DataType::F64, bytes), Status();
  case FileType::BF16:
    return keep(array, DataType::BF16, bytes), Status();
  case FileType::I8:
    return keep(array, DataType::I8, bytes), Status();
  case FileType::I32:
    return keep(array, DataType::I32, bytes), Status();
  case FileType::I64:
    return keep(array, DataType::I64, bytes), Status();
  case FileType::F16:
    return widen<uint16_t>(array, DataType::F32, bytes, fromHalf), Status();
  case FileType::Bool:
    return widen<uint8_t>(array, DataType::I32, bytes,
                          [](uint8_t value) { return int32_t(value != 0); }),
           Status();
  case FileType::U8:
    return widenToI32<uint8_t>(array, bytes), Status();
  case FileType::I16:
    return widenToI32<int16_t>(array, bytes), Status();
  case FileType::U16:
    return widenToI32<uint16_t>(array, bytes), Status();
  case FileType::U32:
    return widen<uint32_t>(array, DataType::I64, bytes,
                           [](uint32_t value) { return int64_t(value); }),
           Status();
  case FileType::U64:
    return setU64(array, bytes);
  }
  return Status::error(Code::Internal, 200, "unknown element type");
}

std::shared_ptr<std::byte[]> swapBytes(std::span<const std::byte> bytes,
                                       size_t width) {
  auto swapped = allocate(bytes.size());
  for (size_t i = 0; i < bytes.size(); i += width) {
    std::reverse_copy(bytes.begin() + ptrdiff_t(i),
                      bytes.begin() + ptrdiff_t(i + width), swapped.get() + i);
  }
  return swapped;
}

/// Moves elements from column-major to row-major order: walks the target in
/// order and keeps the source's place in step.
std::shared_ptr<std::byte[]> toRowMajor(std::span<const int64_t> dims,
                                        std::span<const std::byte> bytes,
                                        size_t width) {
  auto out = allocate(bytes.size());
  std::vector<size_t> strides(dims.size(), width), index(dims.size(), 0);
  for (size_t d = 1; d < dims.size(); ++d) {
    strides[d] = strides[d - 1] * size_t(dims[d - 1]);
  }
  size_t from = 0;
  for (size_t to = 0; to < bytes.size(); to += width) {
    std::memcpy(out.get() + to, bytes.data() + from, width);
    for (size_t d = dims.size(); d-- > 0;) {
      from += strides[d];
      if (++index[d] < size_t(dims[d])) {
        break;
      }
      from -= strides[d] * index[d];
      index[d] = 0;
    }
  }
  return out;
}

} // namespace

size_t sizeOf(FileType type) {
  switch (type) {
  case FileType::Bool:
  case FileType::I8:
  case FileType::U8:
    return 1;
  case FileType::F16:
  case FileType::BF16:
  case FileType::I16:
  case FileType::U16:
    return 2;
  case FileType::F32:
  case FileType::I32:
  case FileType::U32:
    return 4;
  case FileType::F64:
  case FileType::I64:
  case FileType::U64:
    return 8;
  }
  return 0;
}

std::optional<uint64_t> elementCount(std::span<const int64_t> dims) {
  int64_t product = 1; // without zeros: rowElements() must not overflow either
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0 ||
        __builtin_mul_overflow(product, std::max<int64_t>(dim, 1), &product)) {
      return std::nullopt;
    }
    empty |= dim == 0;
  }
  return empty ? 0 : uint64_t(product);
}

Status setElements(DenseArray &array, const ElementLayout &layout,
                   std::span<const std::byte> bytes) {
  size_t width = sizeOf(layout.type);
  std::shared_ptr<std::byte[]> owned;
  if (layout.swapped && width > 1) {
    owned = swapBytes(bytes, width);
    bytes = {owned.get(), bytes.size()};
  }
  if (layout.fortran && array.dims.size() > 1) {
    owned = toRowMajor(array.dims, bytes, width);
    bytes = {owned.get(), bytes.size()};
  }
  SFT_RETURN_IF_ERROR(setNative(array, layout.type, bytes));
  if (!array.storage) {
    array.storage = std::move(owned); // null where nothing was converted
  }
  return {};
}

} // namespace sft::rt
