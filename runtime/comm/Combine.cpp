#include "runtime/comm/Combine.h"

#include <algorithm>
#include <bit>
#include <type_traits>

// Inputs and output may be the same buffer, element on element, which a
// compiler takes for an obstacle.
#if defined(__clang__)
#define SFT_NO_CARRIED_DEPENDENCE _Pragma("clang loop vectorize(assume_safety)")
#else
#define SFT_NO_CARRIED_DEPENDENCE _Pragma("GCC ivdep")
#endif
#define SFT_INLINE [[gnu::always_inline]] inline

namespace sft::rt {
namespace {

struct Bf16 {
  uint16_t bits;
};

/// What a sum is held in while it grows.
template <typename T>
using Wide = std::conditional_t<std::is_same_v<T, Bf16>, float, T>;

template <typename T> SFT_INLINE Wide<T> widen(T value) {
  if constexpr (std::is_same_v<T, Bf16>) {
    return std::bit_cast<float>(uint32_t(value.bits) << 16);
  } else {
    return value;
  }
}

template <typename T> SFT_INLINE T narrow(Wide<T> value) {
  if constexpr (std::is_same_v<T, Bf16>) {
    auto bits = std::bit_cast<uint32_t>(value);
    uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
    uint32_t quiet = bits >> 16 | 0x40;
    return {uint16_t(value != value ? quiet : rounded)};
  } else {
    return value;
  }
}

template <ReduceKind kind, typename W> SFT_INLINE W op(W a, W b) {
  if constexpr (kind == ReduceKind::Sum && std::is_integral_v<W>) {
    using U = std::make_unsigned_t<W>;
    return W(U(U(a) + U(b)));
  } else if constexpr (kind == ReduceKind::Sum) {
    return a + b;
  } else if constexpr (kind == ReduceKind::Max) {
    return a > b || a != a ? a : b; // a NaN stays
  } else {
    return a < b || a != a ? a : b;
  }
}

template <typename T>
SFT_INLINE const T *inputAt(const std::byte *const *in, size_t m, size_t skip) {
  return reinterpret_cast<const T *>(in[m] + skip);
}

/// Two inputs need no place for the growing sum.
template <typename T, ReduceKind kind>
SFT_INLINE void combinePair(T *out, const T *a, const T *b, size_t count) {
  SFT_NO_CARRIED_DEPENDENCE
  for (size_t i = 0; i < count; ++i) {
    out[i] = narrow<T>(op<kind>(widen(a[i]), widen(b[i])));
  }
}

constexpr size_t kTile = 1024; ///< elements; a tile stays in the first cache
constexpr size_t kDepth = 32;  ///< of a tree over as many inputs as there are

template <typename T, ReduceKind kind>
SFT_INLINE void addTile(Wide<T> *sum, const Wide<T> *next, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    sum[i] = op<kind>(sum[i], next[i]);
  }
}

/// Input m, and the next one added to it where there is one.
template <typename T, ReduceKind kind>
SFT_INLINE void loadTile(Wide<T> *sum, const std::byte *const *in, size_t m,
                         size_t members, size_t skip, size_t begin,
                         size_t count) {
  const T *first = inputAt<T>(in, m, skip) + begin;
  if (m + 1 == members) {
    for (size_t i = 0; i < count; ++i) {
      sum[i] = widen(first[i]);
    }
    return;
  }
  const T *next = inputAt<T>(in, m + 1, skip) + begin;
  for (size_t i = 0; i < count; ++i) {
    sum[i] = op<kind>(widen(first[i]), widen(next[i]));
  }
}

/// A balanced tree: sums of 2, 4, 8, ... neighbours are added as soon as both
/// are there; what is left over at the end is added from the right.
template <typename T, ReduceKind kind>
SFT_INLINE void combineTile(T *out, const std::byte *const *in, size_t members,
                            size_t skip, size_t begin, size_t count) {
  alignas(64) Wide<T> sums[kDepth][kTile]; // untouched ones cost nothing
  size_t pending = 0;
  for (size_t m = 0; m < members; m += 2) {
    loadTile<T, kind>(sums[pending++], in, m, members, skip, begin, count);
    for (size_t pairs = m / 2 + 1; pairs % 2 == 0; pairs /= 2) {
      --pending;
      addTile<T, kind>(sums[pending - 1], sums[pending], count);
    }
  }
  for (; pending > 1; --pending) {
    addTile<T, kind>(sums[pending - 2], sums[pending - 1], count);
  }
  for (size_t i = 0; i < count; ++i) {
    out[begin + i] = narrow<T>(sums[0][i]);
  }
}

template <typename T, ReduceKind kind>
SFT_INLINE void combineAll(std::byte *outBytes, const std::byte *const *in,
                           size_t members, size_t skip, size_t count) {
  T *out = reinterpret_cast<T *>(outBytes);
  if (members == 2) {
    return combinePair<T, kind>(out, inputAt<T>(in, 0, skip),
                                inputAt<T>(in, 1, skip), count);
  }
  for (size_t begin = 0; begin < count; begin += kTile) {
    combineTile<T, kind>(out, in, members, skip, begin,
                         std::min(kTile, count - begin));
  }
}

using Kernel = void (*)(std::byte *out, const std::byte *const *in,
                        size_t members, size_t skip, size_t count);

/// The same loops, compiled for a named level of the processor.
struct Baseline {
  template <typename T, ReduceKind kind>
  static void run(std::byte *out, const std::byte *const *in, size_t members,
                  size_t skip, size_t count) {
    combineAll<T, kind>(out, in, members, skip, count);
  }
};

#if defined(__x86_64__)
struct Avx2 {
  template <typename T, ReduceKind kind>
  [[gnu::target("avx2")]] static void
  run(std::byte *out, const std::byte *const *in, size_t members, size_t skip,
      size_t count) {
    combineAll<T, kind>(out, in, members, skip, count);
  }
};

struct Avx512 {
  template <typename T, ReduceKind kind>
  [[gnu::target("avx512f,avx512bw,avx512vl,avx512dq")]] static void
  run(std::byte *out, const std::byte *const *in, size_t members, size_t skip,
      size_t count) {
    combineAll<T, kind>(out, in, members, skip, count);
  }
};
#endif

template <typename Level, typename T> Kernel kernelOf(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return Level::template run<T, ReduceKind::Sum>;
  case ReduceKind::Max:
    return Level::template run<T, ReduceKind::Max>;
  case ReduceKind::Min:
    return Level::template run<T, ReduceKind::Min>;
  }
  return nullptr;
}

template <typename Level> Kernel kernelOf(DataType type, ReduceKind kind) {
  switch (type) {
  case DataType::F32:
    return kernelOf<Level, float>(kind);
  case DataType::F64:
    return kernelOf<Level, double>(kind);
  case DataType::BF16:
    return kernelOf<Level, Bf16>(kind);
  case DataType::I8:
    return kernelOf<Level, int8_t>(kind);
  case DataType::I32:
    return kernelOf<Level, int32_t>(kind);
  case DataType::I64:
    return kernelOf<Level, int64_t>(kind);
  }
  return nullptr;
}

Kernel (*chooseLevel())(DataType, ReduceKind) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    return kernelOf<Avx512>;
  }
  if (__builtin_cpu_supports("avx2")) {
    return kernelOf<Avx2>;
  }
#endif
  return kernelOf<Baseline>;
}

} // namespace

void combine(std::byte *out, std::span<const std::byte *const> in, size_t skip,
             size_t count, DataType type, ReduceKind kind) {
  static const auto kernelAtLevel = chooseLevel();
  kernelAtLevel(type, kind)(out, in.data(), in.size(), skip, count);
}

} // namespace sft::rt
