#include "runtime/data/Dataset.h"

#include <algorithm>
#include <bit>

namespace sft::rt {
namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): turns any seed into good key bits.
uint64_t mix(uint64_t x) {
  x += 0x9E3779B97F4A7C15u;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// Every bit of half and key must reach the low bits, of which a small data
/// set uses only a few: one multiplication is not enough.
uint64_t roundFunction(uint64_t half, uint32_t key) {
  return mix(uint64_t(key) << 32 ^ half);
}

} // namespace

Shuffle::Shuffle(uint64_t rows, uint64_t seed, uint64_t epoch)
    : rows(rows),
      halfBits(std::max(1u, (unsigned(std::bit_width(rows - 1)) + 1) / 2)) {
  uint64_t state = mix(seed) ^ mix(~epoch);
  for (uint32_t &key : keys) {
    state = mix(state);
    key = uint32_t(state >> 32);
  }
}

uint64_t Shuffle::encrypt(uint64_t value) const {
  uint64_t mask = (uint64_t(1) << halfBits) - 1;
  uint64_t left = value >> halfBits, right = value & mask;
  for (uint32_t key : keys) {
    uint64_t mixed = left ^ (roundFunction(right, key) & mask);
    left = right;
    right = mixed;
  }
  return left << halfBits | right;
}

void Shuffle::map(std::span<int64_t> indices) const {
  if (rows <= 1) {
    return;
  }
  // Without a branch, so that several indices are in flight at a time.
  for (int64_t &index : indices) {
    index = int64_t(encrypt(uint64_t(index)));
  }
  for (int64_t &index : indices) {
    while (uint64_t(index) >= rows) {
      index = int64_t(encrypt(uint64_t(index)));
    }
  }
}

uint64_t Shuffle::operator()(uint64_t index) const {
  if (rows <= 1) {
    return index;
  }
  do {
    index = encrypt(index);
  } while (index >= rows);
  return index;
}

} // namespace sft::rt
