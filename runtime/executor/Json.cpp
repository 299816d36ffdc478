#include "runtime/executor/Json.h"

#include "runtime/base/Status.h"

#include <cmath>

namespace sft::rt {

std::string jsonQuoted(const std::string &text) {
  std::string out = "\"";
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += char(c);
    } else if (c < 0x20) {
      out += format("\\u%04x", c);
    } else {
      out += char(c);
    }
  }
  return out + "\"";
}

std::string jsonNumber(double value) {
  return std::isfinite(value) ? format("%.9g", value) : "null";
}

} // namespace sft::rt
