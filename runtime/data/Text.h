//===- Text.h - Lines and numbers of text data ------------------*- C++ -*-===//
//
// Independent of the locale. Header-only: these run once a token.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

namespace sft::rt {

/// Gives the lines of a text without their ends (LF or CRLF).
class LineReader {
public:
  explicit LineReader(std::span<const std::byte> text)
      : at(reinterpret_cast<const char *>(text.data())), end(at + text.size()) {
  }

  bool next(std::string_view &line) {
    if (at == end) {
      return false;
    }
    const void *newline = std::memchr(at, '\n', size_t(end - at));
    const char *stop = newline ? static_cast<const char *>(newline) : end;
    line = std::string_view(at, size_t(stop - at));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    at = newline ? stop + 1 : end;
    ++number;
    return true;
  }
  /// The number of the line last given, from 1.
  size_t lineNumber() const { return number; }

private:
  const char *at, *end;
  size_t number = 0;
};

inline bool isBlank(char c) { return c == ' ' || c == '\t'; }

inline std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isBlank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && isBlank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// Reads a whole number of up to seven digits, exact in a float; the common
/// case of indicator features, four times as fast as from_chars.
inline const char *parseSmall(const char *at, const char *end, float &value) {
  int digits = 0, sum = 0;
  for (; at != end && *at >= '0' && *at <= '9' && digits < 8; ++at, ++digits) {
    sum = sum * 10 + (*at - '0');
  }
  bool whole = at == end || (*at != '.' && *at != 'e' && *at != 'E');
  value = float(sum);
  return digits > 0 && digits < 8 && whole ? at : nullptr;
}

/// Reads a finite float at `at`, a leading '+' allowed; returns its end, or
/// null where there is none or it overflows. Tiny values become zero.
inline const char *parseFloat(const char *at, const char *end, float &value) {
  if (const char *stop = parseSmall(at, end, value)) {
    return stop;
  }
  if (at != end && *at == '+') {
    ++at;
    if (at != end && *at == '-') {
      return nullptr;
    }
  }
  auto [stop, error] = std::from_chars(at, end, value);
  if (error == std::errc::result_out_of_range) {
    double wide = 0;
    auto again = std::from_chars(at, end, wide);
    bool tiny = again.ec == std::errc() && std::fabs(wide) < 1;
    value = 0;
    return tiny ? again.ptr : nullptr;
  }
  return error == std::errc() && std::isfinite(value) ? stop : nullptr;
}

/// The same for a text that is nothing but the number.
inline bool parseWhole(std::string_view text, float &value) {
  const char *end = text.data() + text.size();
  return parseFloat(text.data(), end, value) == end && !text.empty();
}

} // namespace sft::rt
