#include "tools/common/InputLimits.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace sft {

static constexpr unsigned kMaxDepth = 256;
static constexpr uint64_t kMaxElements = uint64_t(1) << 48;

static Error failed(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

namespace {

/// Walks the text once, outside of strings and comments.
class Scanner {
public:
  Scanner(StringRef path, StringRef text) : path(path), text(text) {}

  Error run() {
    while (at < text.size()) {
      if (Error error = step()) {
        return error;
      }
    }
    return Error::success();
  }

private:
  Error step() {
    char c = text[at];
    if (c == '"') {
      return skipString();
    }
    if (text.substr(at).starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
      return Error::success();
    }
    if (text.substr(at).starts_with("tensor<") && !isWord(at - 1)) {
      at += 7;
      ++depth;
      return checkElements();
    }
    bool isArrow = c == '>' && at > 0 && text[at - 1] == '-';
    if (StringRef("([{<").contains(c)) {
      ++depth;
    } else if (StringRef(")]}>").contains(c) && !isArrow && depth > 0) {
      --depth;
    }
    ++at;
    return depth > kMaxDepth
               ? error("nesting depth exceeds " + Twine(kMaxDepth))
               : Error::success();
  }

  Error skipString() {
    for (++at; at < text.size() && text[at] != '"' && text[at] != '\n'; ++at) {
      at += text[at] == '\\';
    }
    ++at;
    return Error::success();
  }

  bool isWord(size_t i) const {
    return i < text.size() && (isAlnum(text[i]) || text[i] == '_');
  }

  /// The dimension list behind "tensor<".
  Error checkElements() {
    uint64_t elements = 1;
    size_t begin = at;
    while (at < text.size() && isDigit(text[at])) {
      uint64_t dim = 0;
      StringRef rest = text.substr(at);
      size_t digits = rest.find_first_not_of("0123456789");
      bool overflow = rest.take_front(digits).getAsInteger(10, dim);
      bool isProduct = false;
      elements = SaturatingMultiply(elements, dim, &isProduct);
      if (overflow || isProduct || elements > kMaxElements) {
        at = begin;
        return error("number of elements overflows: a tensor has at most 2^48");
      }
      at += std::min(digits, rest.size());
      if (at >= text.size() || text[at] != 'x') {
        break;
      }
      ++at;
    }
    return Error::success();
  }

  Error error(const Twine &message) {
    StringRef before = text.take_front(at);
    size_t line = before.count('\n') + 1;
    size_t column = at - (before.rfind('\n') + 1) + 1;
    return failed(path + ":" + Twine(line) + ":" + Twine(column) +
                  ": error: " + message);
  }

  StringRef path, text;
  size_t at = 0;
  unsigned depth = 0;
};

} // namespace

Error checkModelText(StringRef path, StringRef text) {
  bool isBytecode = text.starts_with("ML\xefR");
  return isBytecode ? Error::success() : Scanner(path, text).run();
}

Expected<std::unique_ptr<MemoryBuffer>> readModel(const std::string &path,
                                                  uint64_t maxBytes) {
  sys::fs::file_status status;
  if (std::error_code code = sys::fs::status(path, status)) {
    return failed(path + ": error: cannot open: " + code.message());
  }
  if (status.type() != sys::fs::file_type::regular_file) {
    return failed(path + ": error: not a regular file");
  }
  if (status.getSize() > maxBytes) {
    return failed(path + ": error: input larger than --max-input-size=" +
                  Twine(maxBytes));
  }
  auto buffer = MemoryBuffer::getFile(path);
  if (!buffer) {
    return failed(path +
                  ": error: cannot read: " + buffer.getError().message());
  }
  if (Error error = checkModelText(path, (*buffer)->getBuffer())) {
    return error;
  }
  return std::move(*buffer);
}

} // namespace sft
