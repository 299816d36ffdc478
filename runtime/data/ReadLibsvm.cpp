// The text format of libsvm: https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/
#include "runtime/data/Dataset.h"
#include "runtime/data/Text.h"

namespace sft::rt {
namespace {

struct Rows {
  std::vector<float> labels;
  CsrArray csr;
};

/// Parses one line; `reason` says what is wrong where the result is false.
class LineParser {
public:
  LineParser(std::string_view line, Rows &rows)
      : at(line.data()), end(line.data() + line.size()), rows(rows) {}

  bool parse() {
    if (!label() || !queryId()) {
      return false;
    }
    int32_t last = -1;
    while (!atEnd()) {
      if (!feature(last)) {
        return false;
      }
    }
    rows.csr.rowOffsets.push_back(int64_t(rows.csr.values.size()));
    return true;
  }
  const char *reason = "";

private:
  bool label() {
    float value = 0;
    const char *stop = parseFloat(at, end, value);
    if (!stop || !endsToken(stop)) {
      return fail("the label is not a number");
    }
    at = stop;
    rows.labels.push_back(value);
    return true;
  }

  /// "qid:N" is for ranking; accepted and ignored.
  bool queryId() {
    if (atEnd() || !std::string_view(at, end).starts_with("qid:")) {
      return true;
    }
    uint64_t id = 0;
    auto [stop, error] = std::from_chars(at + 4, end, id);
    at = stop;
    return (error == std::errc() && endsToken(stop)) ||
           fail("qid is not a number");
  }

  bool feature(int32_t &last) {
    int32_t index = 0;
    auto [colon, error] = std::from_chars(at, end, index);
    if (error != std::errc() || colon == end || *colon != ':') {
      return fail("expected index:value");
    }
    if (index < 1) {
      return fail("indices start at 1");
    }
    if (index - 1 <= last) {
      return fail("indices must ascend");
    }
    last = index - 1;
    return value(colon + 1) && append(last);
  }

  bool value(const char *from) {
    const char *stop = parseFloat(from, end, number);
    at = stop;
    return (stop && endsToken(stop)) ||
           fail("the value is not a finite number");
  }

  bool append(int32_t column) {
    rows.csr.columnIndices.push_back(column);
    rows.csr.values.push_back(number);
    rows.csr.columns = std::max<int64_t>(rows.csr.columns, column + 1);
    return true;
  }

  bool atEnd() {
    while (at != end && isBlank(*at)) {
      ++at;
    }
    return at == end;
  }
  bool endsToken(const char *stop) const {
    return stop == end || isBlank(*stop);
  }
  bool fail(const char *why) {
    reason = why;
    return false;
  }

  const char *at, *end;
  Rows &rows;
  float number = 0;
};

/// The next line that says something, without its comment; "" at the end.
std::string_view nextRow(LineReader &lines) {
  for (std::string_view line; lines.next(line);) {
    line = trimmed(line.substr(0, line.find('#')));
    if (!line.empty()) {
      return line;
    }
  }
  return {};
}

Dataset toDataset(Rows rows) {
  Dataset data;
  DenseArray &label = data.dense.emplace_back();
  label.name = "label";
  label.dims = {int64_t(rows.labels.size())};
  auto storage = std::make_shared<std::vector<float>>(std::move(rows.labels));
  label.data = reinterpret_cast<const std::byte *>(storage->data());
  label.storage = std::move(storage);
  rows.csr.name = "x";
  data.sparse.push_back(std::move(rows.csr));
  return data;
}

} // namespace

bool isLibsvm(std::span<const std::byte> file) {
  LineReader lines(file);
  std::string_view line = nextRow(lines);
  Rows rows;
  return !line.empty() && LineParser(line, rows).parse();
}

Expected<Dataset> readLibsvm(std::span<const std::byte> file) {
  Rows rows;
  rows.csr.rowOffsets.push_back(0);
  LineReader lines(file);
  for (std::string_view line; !(line = nextRow(lines)).empty();) {
    LineParser parser(line, rows);
    if (!parser.parse()) {
      return Status::error(
          Code::Data, 212,
          format("libsvm: line %zu: %s", lines.lineNumber(), parser.reason));
    }
  }
  if (rows.labels.empty()) {
    return Status::error(Code::Data, 202, "libsvm: no samples in the file");
  }
  return toDataset(std::move(rows));
}

} // namespace sft::rt
