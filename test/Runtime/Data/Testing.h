// What the data tests share: bytes of files made in memory.
#pragma once

#include "runtime/data/Dataset.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <string_view>

namespace sft::rt {

inline std::span<const std::byte> bytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

template <typename T> std::string raw(std::initializer_list<T> values) {
  return std::string(reinterpret_cast<const char *>(values.begin()),
                     values.size() * sizeof(T));
}

/// Little-endian number of this width.
template <typename T> std::string le(T value) { return raw<T>({value}); }

template <typename T> T at(const DenseArray &array, size_t index) {
  T value;
  std::memcpy(&value, array.data + index * sizeof(T), sizeof(T));
  return value;
}

/// A version 1.0 npy file with this header dictionary.
inline std::string npy(const std::string &header, const std::string &data) {
  return "\x93NUMPY" + std::string("\1\0", 2) + le(uint16_t(header.size())) +
         header + data;
}

inline std::string npyOf(const std::string &descr, const std::string &shape,
                         const std::string &data, bool fortran = false) {
  return npy("{'descr': '" + descr + "', 'fortran_order': " +
                 (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
             data);
}

/// Expects an error of this code whose message holds `part`.
template <typename T>
void expectError(const Expected<T> &result, Code code, const char *part) {
  ASSERT_FALSE(result.ok()) << "expected: " << part;
  EXPECT_EQ(result.status().code(), code) << result.status().message();
  EXPECT_NE(result.status().message().find(part), std::string::npos)
      << result.status().message();
}

/// A data set in memory, shared as readers share it.
inline std::shared_ptr<const Dataset> shared(Expected<Dataset> data) {
  EXPECT_TRUE(data.ok()) << data.status().message();
  return std::make_shared<Dataset>(std::move(*data));
}

} // namespace sft::rt
