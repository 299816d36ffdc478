// The safetensors format: https://github.com/huggingface/safetensors#format
#include "runtime/checkpoint/Safetensors.h"
#include "runtime/data/Elements.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace sft::rt {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxDepth = 32;
constexpr size_t kMaxDims = 64;

Status malformed(const std::string &what) {
  return Status::error(Code::Data, 214, "safetensors: " + what);
}

struct TypeName {
  const char *name;
  FileType type;
};
constexpr TypeName kTypes[] = {
    {"F16", FileType::F16}, {"BF16", FileType::BF16}, {"F32", FileType::F32},
    {"F64", FileType::F64}, {"BOOL", FileType::Bool}, {"I8", FileType::I8},
    {"I16", FileType::I16}, {"I32", FileType::I32},   {"I64", FileType::I64},
    {"U8", FileType::U8},   {"U16", FileType::U16},   {"U32", FileType::U32},
    {"U64", FileType::U64},
};

struct Entry {
  std::string name;
  std::optional<FileType> type;
  std::optional<std::vector<int64_t>> shape;
  std::optional<std::vector<uint64_t>> offsets;
};

/// Receives the header's JSON events. The SAX interface is used since it shows
/// duplicate keys, of which a document object keeps only the last.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
public:
  explicit HeaderHandler(uint64_t dataBytes) : dataBytes(dataBytes) {}

  std::vector<Entry> entries;
  std::map<std::string, std::string> metadata;
  std::vector<std::string> warnings;
  std::string problem;

  bool start_object(size_t) override {
    if (!push()) {
      return false;
    }
    bool expected = depth == 1 || depth == 2 || field == Field::Extra;
    return expected || fail("unexpected object");
  }
  bool end_object() override {
    --depth;
    if (depth == 1 && !inMetadata) {
      return closeEntry();
    }
    return leaveExtra();
  }
  bool start_array(size_t) override {
    if (!push()) {
      return false;
    }
    if (depth == 3 && field == Field::Shape) {
      entries.back().shape.emplace();
    } else if (depth == 3 && field == Field::Offsets) {
      entries.back().offsets.emplace();
    } else if (field != Field::Extra) {
      return fail("unexpected array");
    }
    return true;
  }
  bool end_array() override {
    --depth;
    return leaveExtra();
  }

  bool key(std::string &text) override {
    if (depth == 1) {
      return openEntry(text);
    }
    if (depth == 2 && inMetadata) {
      metadataKey = text;
      return metadata.emplace(text, "").second ||
             fail("metadata \"" + text + "\" is there twice");
    }
    return depth == 2 ? openField(text) : true;
  }

  bool string(std::string &text) override {
    if (depth == 2 && inMetadata) {
      metadata[metadataKey] = text;
      return true;
    }
    return depth == 2 && field == Field::Type ? setType(text)
                                              : scalar("a string");
  }
  bool number_unsigned(uint64_t value) override {
    if (depth == 3 && field == Field::Offsets) {
      std::vector<uint64_t> &offsets = *entries.back().offsets;
      offsets.push_back(value);
      return offsets.size() <= 2 || fail("data_offsets has more than two");
    }
    if (depth == 3 && field == Field::Shape) {
      return addDim(value);
    }
    return scalar("a number");
  }
  bool number_integer(int64_t) override { return scalar("a negative number"); }
  bool number_float(double, const std::string &) override {
    return scalar("a float");
  }
  bool null() override { return scalar("null"); }
  bool boolean(bool) override { return scalar("a boolean"); }
  bool binary(nlohmann::json::binary_t &) override { return scalar("binary"); }
  bool parse_error(size_t position, const std::string &,
                   const nlohmann::detail::exception &) override {
    return fail(format("header is not JSON at byte %zu", position));
  }

private:
  enum class Field { None, Type, Shape, Offsets, Extra };

  bool fail(const std::string &what) {
    problem = problem.empty() ? what : problem;
    return false;
  }

  bool push() {
    return ++depth <= kMaxDepth || fail("header is nested deeper than 32");
  }

  /// Where neither array nor string of a known field is being read.
  bool scalar(const char *what) {
    if (inMetadata) {
      return fail("metadata \"" + metadataKey + "\" is not a string");
    }
    return field == Field::Extra ? leaveExtra()
                                 : fail(std::string("unexpected ") + what);
  }

  bool leaveExtra() {
    field = depth <= 2 ? Field::None : field;
    inMetadata = inMetadata && depth > 1;
    return true;
  }

  bool openEntry(const std::string &name) {
    field = Field::None;
    inMetadata = name == "__metadata__";
    if (inMetadata) {
      return !std::exchange(sawMetadata, true) ||
             fail("__metadata__ is there twice");
    }
    entries.push_back({name, {}, {}, {}});
    return true;
  }

  bool openField(const std::string &text) {
    Entry &entry = entries.back();
    field = text == "dtype"          ? Field::Type
            : text == "shape"        ? Field::Shape
            : text == "data_offsets" ? Field::Offsets
                                     : Field::Extra;
    bool again = (field == Field::Type && entry.type) ||
                 (field == Field::Shape && entry.shape) ||
                 (field == Field::Offsets && entry.offsets);
    if (field == Field::Extra && warnings.empty()) {
      warnings.push_back("tensor \"" + entry.name + "\": unknown field \"" +
                         text + "\" is ignored");
    }
    return !again || failEntry(entry, text + " is there twice");
  }

  bool setType(const std::string &text) {
    for (const TypeName &known : kTypes) {
      if (text == known.name) {
        entries.back().type = known.type;
        field = Field::None;
        return true;
      }
    }
    return failEntry(entries.back(), "dtype \"" + text + "\" is not supported");
  }

  bool addDim(uint64_t value) {
    std::vector<int64_t> &shape = *entries.back().shape;
    if (value > uint64_t(std::numeric_limits<int64_t>::max()) ||
        shape.size() == kMaxDims) {
      return failEntry(entries.back(), "shape is too large");
    }
    shape.push_back(int64_t(value));
    return true;
  }

  bool closeEntry() {
    Entry &entry = entries.back();
    if (!entry.type || !entry.shape || !entry.offsets ||
        entry.offsets->size() != 2) {
      return failEntry(entry, "dtype, shape or data_offsets is missing");
    }
    uint64_t begin = (*entry.offsets)[0], end = (*entry.offsets)[1];
    if (begin > end || end > dataBytes) {
      return failEntry(entry, "data_offsets lie outside the data");
    }
    std::optional<uint64_t> count = elementCount(*entry.shape);
    uint64_t bytes = 0;
    if (!count || __builtin_mul_overflow(*count, sizeOf(*entry.type), &bytes) ||
        bytes != end - begin) {
      return failEntry(entry, "shape and dtype do not match data_offsets");
    }
    // Tensors do not overlap: stop at the first that must, however many.
    sum += bytes;
    return sum <= dataBytes || failEntry(entry, "overlaps another tensor");
  }

  bool failEntry(const Entry &entry, const std::string &what) {
    return fail("tensor \"" + entry.name + "\": " + what);
  }

  uint64_t dataBytes, sum = 0;
  size_t depth = 0;
  Field field = Field::None;
  bool inMetadata = false, sawMetadata = false;
  std::string metadataKey;
};

Status checkNotPickle(std::span<const std::byte> file) {
  bool zip = file.size() >= 4 && std::memcmp(file.data(), "PK\3\4", 4) == 0;
  bool pickle = file.size() >= 2 && file[0] == std::byte(0x80) &&
                file[1] >= std::byte(2) && file[1] <= std::byte(5) &&
                (file.size() < 9 || file[8] != std::byte('{'));
  return zip || pickle
             ? Status::error(Code::Data, 201,
                             "this is a PyTorch file: pickle is not supported; "
                             "convert to safetensors")
             : Status();
}

/// The header's text; `file` becomes the data behind it.
Expected<std::string_view> takeHeader(std::span<const std::byte> &file) {
  uint64_t length = 0;
  if (file.size() < sizeof(length)) {
    return malformed("file is shorter than its 8-byte header length");
  }
  std::memcpy(&length, file.data(), sizeof(length));
  if (length > kMaxHeaderBytes) {
    return malformed(format("header of %llu bytes is too large",
                            (unsigned long long)length));
  }
  if (length < 2 || length > file.size() - sizeof(length)) {
    return malformed(format("header length %llu does not fit the file",
                            (unsigned long long)length));
  }
  std::string_view text(
      reinterpret_cast<const char *>(file.data()) + sizeof(length), length);
  file = file.subspan(sizeof(length) + length);
  if (text[0] != '{') {
    return malformed("header must begin with {");
  }
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

Status checkNames(const std::vector<Entry> &entries) {
  std::vector<std::string_view> names;
  names.reserve(entries.size());
  for (const Entry &entry : entries) {
    names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  auto twice = std::adjacent_find(names.begin(), names.end());
  return twice == names.end() ? Status()
                              : malformed("tensor \"" + std::string(*twice) +
                                          "\" is there twice");
}

/// Sorts by place; every byte of the data must belong to one tensor.
Status checkCoverage(std::vector<Entry> &entries, uint64_t dataBytes) {
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
    return *a.offsets < *b.offsets;
  });
  uint64_t at = 0;
  for (const Entry &entry : entries) {
    uint64_t begin = (*entry.offsets)[0];
    if (begin != at) {
      return malformed("tensor \"" + entry.name +
                       (begin < at ? "\": overlaps another tensor"
                                   : "\": bytes before it belong to none"));
    }
    at = (*entry.offsets)[1];
  }
  return at == dataBytes ? Status()
                         : malformed("bytes at the end belong to no tensor");
}

} // namespace

Expected<Dataset>
readSafetensors(std::span<const std::byte> file,
                std::map<std::string, std::string> *metadata) {
  SFT_RETURN_IF_ERROR(checkNotPickle(file));
  SFT_ASSIGN_OR_RETURN(std::string_view text, takeHeader(file));
  HeaderHandler header(file.size());
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &header)) {
    return malformed(header.problem);
  }
  SFT_RETURN_IF_ERROR(checkNames(header.entries));
  SFT_RETURN_IF_ERROR(checkCoverage(header.entries, file.size()));
  Dataset data;
  data.warnings = std::move(header.warnings);
  for (Entry &entry : header.entries) {
    DenseArray &array = data.dense.emplace_back();
    array.name = std::move(entry.name);
    array.dims = std::move(*entry.shape);
    uint64_t begin = (*entry.offsets)[0], end = (*entry.offsets)[1];
    SFT_RETURN_IF_ERROR(
        setElements(array, {*entry.type}, file.subspan(begin, end - begin)));
  }
  if (metadata) {
    *metadata = std::move(header.metadata);
  }
  return data;
}

} // namespace sft::rt
