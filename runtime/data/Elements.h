//===- Elements.h - Numbers as files store them -----------------*- C++ -*-===//
#pragma once

#include "runtime/data/Dataset.h"

namespace sft::rt {

/// Element types that array files have.
enum class FileType : uint8_t {
  F16,
  BF16,
  F32,
  F64,
  Bool,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64
};

size_t sizeOf(FileType type);

/// How an array file stores its elements.
struct ElementLayout {
  FileType type = FileType::F32;
  bool swapped = false; ///< the other byte order
  bool fortran = false; ///< first index varies fastest
};

/// dims multiplied; nothing where it overflows or a dim is negative.
std::optional<uint64_t> elementCount(std::span<const int64_t> dims);

/// Fills type, data and storage of `array`, whose name and dims are set, from
/// `bytes`, which hold exactly its elements. Where no conversion is needed
/// `data` points into `bytes`. Fails where a u64 does not fit i64.
Status setElements(DenseArray &array, const ElementLayout &layout,
                   std::span<const std::byte> bytes);

} // namespace sft::rt
