#include "runtime/data/Binding.h"

#include <algorithm>

namespace sft::rt {
namespace {

/// The rows of one rank's part of a batch: drawn once, used by every input.
class RowCache {
public:
  RowOrder rows(int64_t first, int64_t count, int64_t total,
                const Shuffle *shuffle) {
    bool same = first == this->first && count == int64_t(ids.size()) &&
                bool(shuffle) == drawn.has_value() &&
                (!shuffle || *shuffle == *drawn);
    if (!same) {
      draw(first, count, total, shuffle);
    }
    return {ids.data(), std::clamp<int64_t>(total - first, 0, count)};
  }

private:
  void draw(int64_t first, int64_t count, int64_t total,
            const Shuffle *shuffle) {
    this->first = first;
    drawn.reset();
    ids.resize(size_t(count));
    for (int64_t row = 0; row < count; ++row) {
      ids[size_t(row)] = std::min(first + row, total - 1);
    }
    if (shuffle) {
      shuffle->map(ids);
      drawn = *shuffle;
    }
  }

  int64_t first = -1;
  std::optional<Shuffle> drawn;
  std::vector<int64_t> ids;
};

class MemoryBatches final : public BatchReader {
public:
  MemoryBatches(std::shared_ptr<const Dataset> data,
                std::vector<InputSpec> inputs, Bound bound)
      : data(std::move(data)), inputs(std::move(inputs)),
        sources(std::move(bound.sources)), total(bound.rows) {}

  int64_t rows() const override { return total; }
  bool has(size_t input) const override { return sources[input].gather; }

  void load(size_t input, int64_t batch, const Shuffle *shuffle,
            void *const *buffers) const override {
    const InputSpec &spec = inputs[input];
    RowOrder order = cache.rows(batch * spec.globalShape[0] + spec.firstRow,
                                spec.rows, total, shuffle);
    sources[input].gather(sources[input], order, spec.rows, buffers);
  }

  Status checkLabels(size_t input, int64_t classes) const override {
    const InputSpec &spec = inputs[input];
    if (!has(input) || spec.csr ||
        (spec.type != DataType::I32 && spec.type != DataType::I64)) {
      return Status::error(Code::Config, 220,
                           "input \"" + spec.name + "\" holds no class labels");
    }
    return spec.type == DataType::I32 ? checkAll<int32_t>(input, classes)
                                      : checkAll<int64_t>(input, classes);
  }

private:
  template <typename T> Status checkAll(size_t input, int64_t classes) const {
    const RowSource &source = sources[input];
    std::vector<T> row(size_t(source.elements));
    void *buffers[] = {row.data()};
    for (int64_t sample = 0; sample < total; ++sample) {
      source.gather(source, {&sample, 1}, 1, buffers);
      for (T label : row) {
        if (label < 0 || label >= classes) {
          return badLabel(inputs[input].name, sample, label, classes);
        }
      }
    }
    return {};
  }

  static Status badLabel(const std::string &input, int64_t sample,
                         int64_t label, int64_t classes) {
    return Status::error(
        Code::Data, 221,
        format("input \"%s\": label %lld of sample %lld is not in [0, %lld)",
               input.c_str(), (long long)label, (long long)sample,
               (long long)classes));
  }

  std::shared_ptr<const Dataset> data; ///< sources point into it
  std::vector<InputSpec> inputs;
  std::vector<RowSource> sources;
  int64_t total;
  mutable RowCache cache; ///< a reader belongs to one rank's thread
};

} // namespace

Expected<std::unique_ptr<BatchReader>>
BatchReader::create(std::shared_ptr<const Dataset> data,
                    std::vector<InputSpec> inputs) {
  Expected<Bound> bound = bindInputs(*data, inputs);
  if (!bound) {
    return data->path.empty() ? bound.takeError()
                              : bound.takeError().withContext(data->path);
  }
  return std::unique_ptr<BatchReader>(
      new MemoryBatches(std::move(data), std::move(inputs), std::move(*bound)));
}

} // namespace sft::rt
