#include "runtime/base/Status.h"

#include <cstdarg>
#include <cstdio>
#include <vector>

namespace sft::rt {

Status Status::error(Code code, int id, std::string message) {
  assert(code != Code::Ok && "an error needs a code");
  Status status;
  status.rep = std::make_unique<Rep>(Rep{code, id, std::move(message)});
  return status;
}

const std::string &Status::message() const {
  static const std::string none;
  return rep ? rep->message : none;
}

Status Status::withContext(const std::string &context) && {
  if (rep) {
    rep->message = context + ": " + rep->message;
  }
  return std::move(*this);
}

std::string Status::toString() const {
  return rep ? format("error[SFT%04d] ", rep->id) + escaped(rep->message)
             : std::string("ok");
}

std::string format(const char *fmt, ...) {
  va_list args, again;
  va_start(args, fmt);
  va_copy(again, args);
  std::string text(size_t(vsnprintf(nullptr, 0, fmt, args)), '\0');
  vsnprintf(text.data(), text.size() + 1, fmt, again);
  va_end(again);
  va_end(args);
  return text;
}

std::string escaped(const std::string &text) {
  std::string out;
  for (unsigned char c : text) {
    bool plain = (c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t';
    out += plain ? std::string(1, char(c)) : format("\\x%02x", c);
  }
  return out;
}

} // namespace sft::rt
