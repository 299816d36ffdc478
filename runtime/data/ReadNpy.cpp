// NumPy's array format, versions 1 to 3:
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "runtime/data/Elements.h"

#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>

namespace sft::rt {
namespace {

constexpr size_t kMaxDims = 32;

Status malformed(const std::string &what) {
  return Status::error(Code::Data, 210, "npy: " + what);
}

/// The dictionary in the header; one of each.
struct Header {
  std::optional<std::string> descr;
  std::optional<bool> fortran;
  std::optional<std::vector<int64_t>> shape;
};

/// Reads the Python literal {'descr': '<f4', 'fortran_order': False,
/// 'shape': (2, 3), } and nothing else of Python.
class HeaderParser {
public:
  explicit HeaderParser(std::string_view text) : text(text) {}

  bool parse(Header &header) {
    if (!take('{')) {
      return false;
    }
    while (!take('}')) {
      if (!entry(header) || (!take(',') && peek() != '}')) {
        return false;
      }
    }
    skipSpace();
    return text.empty();
  }

private:
  bool entry(Header &header) {
    std::string key;
    if (!string(key) || !take(':')) {
      return false;
    }
    if (key == "descr" && !header.descr) {
      return descr(header.descr.emplace());
    }
    if (key == "fortran_order" && !header.fortran) {
      return boolean(header.fortran.emplace());
    }
    return key == "shape" && !header.shape && tuple(header.shape.emplace());
  }

  /// A structured type is a list; its first character is enough to refuse it.
  bool descr(std::string &value) {
    if (peek() == '[') {
      value = "V";
      size_t end = text.find(']');
      text.remove_prefix(end == text.npos ? text.size() : end + 1);
      return end != text.npos;
    }
    return string(value);
  }

  bool string(std::string &value) {
    char quote = peek();
    if ((quote != '\'' && quote != '"') || !take(quote)) {
      return false;
    }
    size_t end = text.find(quote);
    if (end == text.npos) {
      return false;
    }
    value = text.substr(0, end);
    text.remove_prefix(end + 1);
    return true;
  }

  bool boolean(bool &value) {
    skipSpace();
    for (auto [word, meaning] : {std::pair("True", true), {"False", false}}) {
      if (text.starts_with(word)) {
        text.remove_prefix(std::strlen(word));
        value = meaning;
        return true;
      }
    }
    return false;
  }

  bool tuple(std::vector<int64_t> &dims) {
    if (!take('(')) {
      return false;
    }
    while (!take(')')) {
      int64_t dim = 0;
      if (dims.size() == kMaxDims || !integer(dim) ||
          (!take(',') && peek() != ')')) {
        return false;
      }
      dims.push_back(dim);
    }
    return true;
  }

  bool integer(int64_t &value) {
    skipSpace();
    const char *end = text.data() + text.size();
    auto [stop, error] = std::from_chars(text.data(), end, value);
    text.remove_prefix(size_t(stop - text.data()));
    return error == std::errc() && value >= 0;
  }

  void skipSpace() {
    size_t at = text.find_first_not_of(" \n");
    text.remove_prefix(at == text.npos ? text.size() : at);
  }
  char peek() {
    skipSpace();
    return text.empty() ? '\0' : text[0];
  }
  bool take(char c) {
    if (peek() != c || text.empty()) {
      return false;
    }
    text.remove_prefix(1);
    return true;
  }

  std::string_view text;
};

struct TypeName {
  std::string_view name;
  FileType type;
};
constexpr TypeName kTypes[] = {
    {"f2", FileType::F16},  {"f4", FileType::F32}, {"f8", FileType::F64},
    {"b1", FileType::Bool}, {"i1", FileType::I8},  {"i2", FileType::I16},
    {"i4", FileType::I32},  {"i8", FileType::I64}, {"u1", FileType::U8},
    {"u2", FileType::U16},  {"u4", FileType::U32}, {"u8", FileType::U64},
};

Expected<ElementLayout> layoutOf(const std::string &descr) {
  std::string_view text = descr;
  if (text.find('O') != text.npos) {
    return malformed("object arrays are not supported (they hold pickles)");
  }
  bool order = !text.empty() && std::strchr("<>|=", text[0]);
  std::string_view type = text.substr(order ? 1 : 0);
  for (const TypeName &known : kTypes) {
    if (known.name == type) {
      return ElementLayout{known.type, text[0] == '>', false};
    }
  }
  return malformed("element type \"" + descr +
                   "\" is not supported; use bool, integers, f2, f4 or f8");
}

/// Cuts magic, version and header off `file`.
Expected<std::string_view> takeHeader(std::span<const std::byte> &file) {
  const auto *bytes = reinterpret_cast<const unsigned char *>(file.data());
  if (file.size() < 10 || std::memcmp(bytes, "\x93NUMPY", 6) != 0) {
    return malformed("not a NumPy array file");
  }
  if (bytes[6] < 1 || bytes[6] > 3) {
    return malformed(
        format("version %d.%d is not supported", bytes[6], bytes[7]));
  }
  size_t prefix = bytes[6] == 1 ? 10 : 12;
  uint32_t length = 0;
  if (file.size() >= prefix) {
    std::memcpy(&length, bytes + 8, prefix - 8);
  }
  if (file.size() < prefix || length > file.size() - prefix) {
    return malformed("header is longer than the file");
  }
  std::string_view header(reinterpret_cast<const char *>(bytes) + prefix,
                          length);
  file = file.subspan(prefix + length);
  return header;
}

Expected<Header> parseHeader(std::string_view text) {
  Header header;
  if (!HeaderParser(text).parse(header)) {
    return malformed("header is not a dictionary of descr, fortran_order and "
                     "shape");
  }
  if (!header.descr || !header.fortran || !header.shape) {
    return malformed("header lacks descr, fortran_order or shape");
  }
  return header;
}

Status checkSize(const Header &header, size_t width, size_t bytes) {
  std::optional<uint64_t> count = elementCount(*header.shape);
  uint64_t expected = 0;
  if (!count || __builtin_mul_overflow(*count, width, &expected)) {
    return malformed("shape overflows");
  }
  return expected == bytes
             ? Status()
             : malformed(format("shape needs %llu bytes of data, file has %zu",
                                (unsigned long long)expected, bytes));
}

} // namespace

Expected<Dataset> readNpy(std::span<const std::byte> file,
                          const std::string &name) {
  SFT_ASSIGN_OR_RETURN(std::string_view text, takeHeader(file));
  SFT_ASSIGN_OR_RETURN(Header header, parseHeader(text));
  SFT_ASSIGN_OR_RETURN(ElementLayout layout, layoutOf(*header.descr));
  SFT_RETURN_IF_ERROR(checkSize(header, sizeOf(layout.type), file.size()));
  layout.fortran = *header.fortran;
  Dataset data;
  DenseArray &array = data.dense.emplace_back();
  array.name = name;
  array.dims = std::move(*header.shape);
  SFT_RETURN_IF_ERROR(setElements(array, layout, file));
  return data;
}

} // namespace sft::rt
