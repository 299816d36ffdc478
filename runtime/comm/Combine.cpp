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

template <typename T, ReduceKind kind>
SFT_INLINE void combineTile(T *out, const std::byte *const *in, size_t members,
                            size_t skip, size_t begin, size_t count) {
  alignas(64) Wide<T> sum[1024]; // stays in the first-level cache
  const T *first = inputAt<T>(in, 0, skip) + begin;
  for (size_t i = 0; i < count; ++i) {
    sum[i] = widen(first[i]);
  }
  for (size_t m = 1; m < members; ++m) {
    const T *next = inputAt<T>(in, m, skip) + begin;
    for (size_t i = 0; i < count; ++i) {
      sum[i] = op<kind>(sum[i], widen(next[i]));
    }
  }
  for (size_t i = 0; i < count; ++i) {
    out[begin + i] = narrow<T>(sum[i]);
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
  for (size_t begin = 0; begin < count; begin += 1024) {
    combineTile<T, kind>(out, in, members, skip, begin,
                         std::min<size_t>(1024, count - begin));
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
