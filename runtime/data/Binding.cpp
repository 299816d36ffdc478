#include "runtime/data/Binding.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

namespace sft::rt {
namespace {

int64_t rowElements(const InputSpec &spec) {
  return std::accumulate(spec.globalShape.begin() + 1, spec.globalShape.end(),
                         int64_t(1), std::multiplies<>());
}

std::string rowText(std::span<const int64_t> dims, DataType type) {
  std::string text = std::string(name(type)) + "[rows";
  for (int64_t dim : dims.subspan(std::min<size_t>(1, dims.size()))) {
    text += "x" + std::to_string(dim);
  }
  return text + "]";
}

/// Binds the inputs of one model to one data set.
class Binder {
public:
  Binder(const Dataset &data, std::span<const InputSpec> inputs)
      : data(data), inputs(inputs), sources(inputs.size()) {}

  Expected<Bound> bind() {
    for (size_t i = 0; i < inputs.size(); ++i) {
      SFT_RETURN_IF_ERROR(bindByName(inputs[i], sources[i]));
    }
    SFT_RETURN_IF_ERROR(bindRest());
    if (std::none_of(sources.begin(), sources.end(),
                     [](const RowSource &source) { return source.gather; })) {
      return misfit("no input of the model (" + inputNames() +
                    ") is in the data; it has " + data.describe() +
                    (data.tokens ? ", for \"tokens\" and \"targets\"" : ""));
    }
    return Bound{std::move(sources), *rows};
  }

private:
  Status bindByName(const InputSpec &spec, RowSource &source) {
    if (data.tokens) {
      return bindText(spec, source);
    }
    if (const CsrArray *csr = data.findSparse(spec.name)) {
      return bindSparse(spec, *csr, source);
    }
    const DenseArray *array = data.findDense(spec.name);
    if (array && spec.csr) {
      return misfit(spec, "is dense in the data, the model wants CSR");
    }
    if (array) {
      return bindDense(spec, *array, source);
    }
    SFT_RETURN_IF_ERROR(checkUsable(spec.name));
    return spec.csr ? Status() : bindNumbered(spec, source);
  }

  /// Pieces of the text, and the same moved on by one token.
  Status bindText(const InputSpec &spec, RowSource &source) {
    bool next = spec.name == "targets";
    if (!next && spec.name != "tokens") {
      return {};
    }
    if (spec.csr || spec.globalShape.size() != 2) {
      return misfit(spec, "is fed by a text and must be [rows, length]");
    }
    int64_t length = spec.globalShape[1];
    DenseArray pieces;
    pieces.type = DataType::I32;
    pieces.dims = {(int64_t(data.tokens->size()) - 1) / length, length};
    pieces.data =
        reinterpret_cast<const std::byte *>(data.tokens->data() + next);
    pieces.storage = data.tokens;
    return bindDense(spec, pieces, source);
  }

  Status bindDense(const InputSpec &spec, const DenseArray &array,
                   RowSource &source) {
    if (!sameRow(spec, array)) {
      return misfit(spec, "is " + rowText(array.dims, array.type) +
                              " in the data, the model wants " +
                              rowText(spec.globalShape, spec.type));
    }
    SFT_RETURN_IF_ERROR(checkRows(spec, array.rows()));
    Conversion conversion = findConversion(array.type, spec.type);
    if (!conversion.gather) {
      return misfit(spec, std::string("is ") + name(array.type) +
                              " in the data, the model wants " +
                              name(spec.type));
    }
    int64_t elements = rowElements(spec);
    auto bad = conversion.misfit(array.data, array.rows() * elements);
    if (bad) {
      return misfit(spec,
                    format("sample %lld has a value that is no %s",
                           (long long)(*bad / elements), name(spec.type)));
    }
    source.gather = conversion.gather;
    source.data = array.data;
    source.elements = elements;
    source.storage = array.storage;
    return {};
  }

  /// Rows are equal where their dims are; [n] and [n, 1] are.
  static bool sameRow(const InputSpec &spec, const DenseArray &array) {
    if (array.dims.empty()) {
      return false;
    }
    bool single = array.rowElements() == 1 && rowElements(spec) == 1;
    return single ||
           std::equal(array.dims.begin() + 1, array.dims.end(),
                      spec.globalShape.begin() + 1, spec.globalShape.end());
  }

  Status bindSparse(const InputSpec &spec, const CsrArray &csr,
                    RowSource &source) {
    SFT_RETURN_IF_ERROR(checkRows(spec, csr.rows()));
    if (spec.type != DataType::F32 || spec.globalShape.size() != 2) {
      return misfit(spec, "is sparse in the data, the model wants " +
                              rowText(spec.globalShape, spec.type));
    }
    source.elements = spec.globalShape[1];
    if (csr.columns > source.elements) {
      return tooWide(spec, csr);
    }
    source.csr = &csr;
    source.capacity = spec.capacity;
    source.blocks = spec.blocks;
    source.gather = spec.csr ? gatherCsr : gatherDenseFromCsr;
    return spec.csr ? checkCapacity(spec, csr) : Status();
  }

  Status tooWide(const InputSpec &spec, const CsrArray &csr) {
    int64_t limit = spec.globalShape[1];
    auto at = std::find_if(csr.columnIndices.begin(), csr.columnIndices.end(),
                           [&](int32_t column) { return column >= limit; });
    auto row = std::upper_bound(csr.rowOffsets.begin(), csr.rowOffsets.end(),
                                at - csr.columnIndices.begin());
    return misfit(spec,
                  format("has feature %d (from 0) in sample %lld; the "
                         "model takes %lld features",
                         *at, (long long)(row - csr.rowOffsets.begin() - 1),
                         (long long)limit));
  }

  /// Any rows may meet in a shuffled batch: the longest ones must fit a block.
  Status checkCapacity(const InputSpec &spec, const CsrArray &csr) {
    int64_t rows = spec.rows / spec.blocks;
    int64_t capacity = spec.capacity / spec.blocks;
    std::vector<int64_t> lengths(size_t(csr.rows()), 0);
    for (size_t row = 0; row < lengths.size(); ++row) {
      lengths[row] = csr.rowOffsets[row + 1] - csr.rowOffsets[row];
    }
    auto middle =
        lengths.begin() + std::min<int64_t>(rows, int64_t(lengths.size()));
    std::nth_element(lengths.begin(), middle, lengths.end(), std::greater<>());
    int64_t needed = std::accumulate(lengths.begin(), middle, int64_t(0));
    return needed <= capacity
               ? Status()
               : Status::error(
                     Code::Config, 223,
                     format("input \"%s\": %lld rows may hold %lld non-zeros, "
                            "the model has room for %lld: raise its capacity",
                            spec.name.c_str(), (long long)rows,
                            (long long)needed, (long long)capacity));
  }

  /// Columns "name.0" .. "name.K-1".
  Status bindNumbered(const InputSpec &spec, RowSource &source) {
    std::vector<const DenseArray *> columns;
    for (int64_t i = 0; i < rowElements(spec); ++i) {
      std::string name = spec.name + "." + std::to_string(i);
      SFT_RETURN_IF_ERROR(checkUsable(name));
      columns.push_back(data.findDense(name));
      if (!columns.back() || columns.back()->dims.size() != 1) {
        return i == 0 ? Status()
                      : misfit(spec, "lacks column \"" + name + "\"");
      }
    }
    return bindColumns(spec, columns, source);
  }

  /// The one input of more than one dimension that has no data yet takes all
  /// columns that nobody names, if they are as many as it needs.
  Status bindRest() {
    if (!data.table) {
      return {};
    }
    size_t taker = inputs.size();
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (sources[i].gather || inputs[i].csr ||
          inputs[i].globalShape.size() < 2) {
        continue;
      }
      if (taker != inputs.size()) {
        return {};
      }
      taker = i;
    }
    return taker == inputs.size() ? Status()
                                  : bindRest(inputs[taker], sources[taker]);
  }

  Status bindRest(const InputSpec &spec, RowSource &source) {
    std::vector<const DenseArray *> rest;
    for (const DenseArray &column : data.dense) {
      if (!named(column.name)) {
        rest.push_back(&column);
      }
    }
    size_t unusable = size_t(
        std::count_if(data.unusable.begin(), data.unusable.end(),
                      [&](auto &column) { return !named(column.name); }));
    if (int64_t(rest.size() + unusable) != rowElements(spec)) {
      return misfit(spec,
                    format("takes %lld columns, the data has %zu that no "
                           "other input names: %s",
                           (long long)rowElements(spec), rest.size() + unusable,
                           data.describe().c_str()));
    }
    for (const UnusableColumn &column : data.unusable) {
      if (!named(column.name)) {
        SFT_RETURN_IF_ERROR(checkUsable(column.name));
      }
    }
    return bindColumns(spec, rest, source);
  }

  bool named(const std::string &column) const {
    return std::any_of(inputs.begin(), inputs.end(), [&](auto &spec) {
      bool numbered =
          column.starts_with(spec.name + ".") && spec.globalShape.size() > 1;
      return spec.name == column || numbered;
    });
  }

  /// Packs columns into rows of f32.
  Status bindColumns(const InputSpec &spec,
                     const std::vector<const DenseArray *> &columns,
                     RowSource &source) {
    size_t width = columns.size(), rows = size_t(columns[0]->rows());
    auto packed = std::make_shared<std::vector<float>>(width * rows);
    for (size_t c = 0; c < width; ++c) {
      if (columns[c]->type != DataType::F32 ||
          size_t(columns[c]->rows()) != rows) {
        return misfit(spec, "column \"" + columns[c]->name +
                                "\" is not f32 or has other rows");
      }
      for (size_t row = 0; row < rows; ++row) {
        std::memcpy(packed->data() + row * width + c,
                    columns[c]->data + row * sizeof(float), sizeof(float));
      }
    }
    DenseArray array;
    array.dims = spec.globalShape;
    array.dims[0] = int64_t(rows);
    array.data = reinterpret_cast<const std::byte *>(packed->data());
    array.storage = std::move(packed);
    return bindDense(spec, array, source);
  }

  Status checkRows(const InputSpec &spec, int64_t found) {
    if (found == 0) {
      return Status::error(Code::Data, 202,
                           "input \"" + spec.name + "\": no samples");
    }
    if (rows && *rows != found) {
      return Status::error(
          Code::Data, 220,
          format("input \"%s\" has %lld rows, others have %lld",
                 spec.name.c_str(), (long long)found, (long long)*rows));
    }
    rows = found;
    return {};
  }

  Status checkUsable(const std::string &column) const {
    for (const UnusableColumn &bad : data.unusable) {
      if (bad.name == column) {
        return Status::error(Code::Data, 224,
                             "column \"" + column + "\": " + bad.reason);
      }
    }
    return {};
  }

  static Status misfit(std::string message) {
    return Status::error(Code::Config, 220, std::move(message));
  }
  static Status misfit(const InputSpec &spec, const std::string &message) {
    return misfit("input \"" + spec.name + "\" " + message);
  }

  std::string inputNames() const {
    std::string text;
    for (const InputSpec &spec : inputs) {
      text += (text.empty() ? "" : ", ") + spec.name;
    }
    return text;
  }

  const Dataset &data;
  std::span<const InputSpec> inputs;
  std::vector<RowSource> sources;
  std::optional<int64_t> rows;
};

} // namespace

Expected<Bound> bindInputs(const Dataset &data,
                           std::span<const InputSpec> inputs) {
  return Binder(data, inputs).bind();
}

} // namespace sft::rt
