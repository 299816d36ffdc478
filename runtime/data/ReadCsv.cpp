// Comma-separated values with a header, after RFC 4180. Two passes: the first
// counts, so that the table has its size before a number is parsed.
#include "runtime/data/Dataset.h"
#include "runtime/data/Text.h"

#include <algorithm>

namespace sft::rt {
namespace {

Status malformed(size_t line, const std::string &what) {
  return Status::error(Code::Data, 213,
                       format("csv: line %zu: %s", line, what.c_str()));
}

/// Gives the cells of a line, one after the other.
class CellReader {
public:
  explicit CellReader(std::string_view line) : rest(line) {}

  bool next(std::string_view &cell) {
    if (done) {
      return false;
    }
    std::string_view start = rest;
    while (!start.empty() && isBlank(start.front())) {
      start.remove_prefix(1);
    }
    return start.starts_with('"') ? quoted(start.substr(1), cell) : plain(cell);
  }
  /// Why next() gave no more cell; null at the line's end.
  const char *error() const { return problem; }

private:
  bool plain(std::string_view &cell) {
    size_t comma = rest.find(',');
    cell = trimmed(rest.substr(0, comma));
    done = comma == rest.npos;
    rest.remove_prefix(done ? rest.size() : comma + 1);
    return true;
  }

  /// `text` starts behind the opening quote; doubled quotes stay doubled.
  bool quoted(std::string_view text, std::string_view &cell) {
    size_t close = text.find('"');
    while (close != text.npos && text.substr(close + 1).starts_with('"')) {
      close = text.find('"', close + 2);
    }
    if (close == text.npos) {
      return fail("quote is not closed on this line");
    }
    cell = text.substr(0, close);
    text = text.substr(close + 1);
    size_t comma = text.find(',');
    if (!trimmed(text.substr(0, comma)).empty()) {
      return fail("text behind a closing quote");
    }
    done = comma == text.npos;
    rest = done ? std::string_view() : text.substr(comma + 1);
    return true;
  }

  bool fail(const char *why) {
    problem = why;
    done = true;
    return false;
  }

  std::string_view rest;
  bool done = false;
  const char *problem = nullptr;
};

std::string unquoted(std::string_view cell) {
  std::string text(cell);
  for (size_t at = 0; (at = text.find("\"\"", at)) != text.npos; ++at) {
    text.erase(at, 1);
  }
  return text;
}

/// The next line that is not blank.
bool nextRow(LineReader &lines, std::string_view &line) {
  while (lines.next(line)) {
    if (!trimmed(line).empty()) {
      return true;
    }
  }
  return false;
}

Status checkNames(const std::vector<std::string> &names, size_t line) {
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    return malformed(line, "column \"" + *twice + "\" is there twice");
  }
  if (sorted.front().empty()) {
    return malformed(line, "a column has no name");
  }
  bool numbers = std::all_of(names.begin(), names.end(), [](auto &name) {
    float value = 0;
    return parseWhole(name, value);
  });
  return numbers ? malformed(line, "the first line must name the columns, but "
                                   "holds numbers only")
                 : Status();
}

Expected<std::vector<std::string>> readHeader(LineReader &lines) {
  std::string_view line, cell;
  if (!nextRow(lines, line)) {
    return Status::error(Code::Data, 202, "csv: the file is empty");
  }
  std::vector<std::string> names;
  CellReader cells(line);
  while (cells.next(cell)) {
    names.push_back(unquoted(cell));
  }
  if (cells.error()) {
    return malformed(lines.lineNumber(), cells.error());
  }
  SFT_RETURN_IF_ERROR(checkNames(names, lines.lineNumber()));
  return names;
}

/// The number of rows; every one must have `columns` cells.
Expected<size_t> countRows(LineReader lines, size_t columns) {
  size_t rows = 0;
  for (std::string_view line; nextRow(lines, line); ++rows) {
    size_t found = 0;
    std::string_view cell;
    CellReader cells(line);
    while (cells.next(cell)) {
      ++found;
    }
    if (cells.error()) {
      return malformed(lines.lineNumber(), cells.error());
    }
    if (found != columns) {
      return malformed(
          lines.lineNumber(),
          format("%zu cells, but the header has %zu", found, columns));
    }
  }
  return rows;
}

/// Why `cell` is no number; only called where it is none.
std::string problemOf(std::string_view cell, size_t line) {
  return cell.empty() ? format("line %zu: empty cell", line)
                      : format("line %zu: \"%s\" is not a finite number", line,
                               std::string(cell.substr(0, 40)).c_str());
}

/// Fills column-major `table`; problems[c] is set where column c is unusable.
void parseRows(LineReader lines, size_t rows, std::vector<float> &table,
               std::vector<std::string> &problems) {
  std::string_view line, cell;
  for (size_t row = 0; nextRow(lines, line); ++row) {
    CellReader cells(line);
    for (size_t column = 0; cells.next(cell); ++column) {
      if (!parseWhole(cell, table[column * rows + row]) &&
          problems[column].empty()) {
        problems[column] = problemOf(cell, lines.lineNumber());
      }
    }
  }
}

std::span<const std::byte> withoutMark(std::span<const std::byte> file) {
  bool marked =
      file.size() >= 3 && std::memcmp(file.data(), "\xEF\xBB\xBF", 3) == 0;
  return file.subspan(marked ? 3 : 0);
}

} // namespace

Expected<Dataset> readCsv(std::span<const std::byte> file) {
  LineReader lines(withoutMark(file));
  SFT_ASSIGN_OR_RETURN(std::vector<std::string> names, readHeader(lines));
  SFT_ASSIGN_OR_RETURN(size_t rows, countRows(lines, names.size()));
  if (rows == 0) {
    return Status::error(Code::Data, 202, "csv: no row behind the header");
  }
  auto table = std::make_shared<std::vector<float>>(names.size() * rows);
  std::vector<std::string> problems(names.size());
  parseRows(lines, rows, *table, problems);
  Dataset data;
  data.table = true;
  for (size_t c = 0; c < names.size(); ++c) {
    if (!problems[c].empty()) {
      data.unusable.push_back({names[c], problems[c]});
      continue;
    }
    const float *column = table->data() + c * rows;
    data.dense.push_back({names[c],
                          DataType::F32,
                          {int64_t(rows)},
                          reinterpret_cast<const std::byte *>(column),
                          table});
  }
  return data;
}

} // namespace sft::rt
