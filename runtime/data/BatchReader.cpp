#include "runtime/data/Binding.h"

#include <algorithm>

namespace sft::rt {
namespace {

/// The rows of one rank's part of a batch: drawn once, used by every input.
class RowCache {
public:
  /// Rows from `first` on of the epoch's order.
  RowOrder rows(const InputSpec &spec, int64_t first, int64_t total,
                const Shuffle *shuffle) {
    int64_t count = spec.filled();
    bool same = first == this->first && count == int64_t(ids.size()) &&
                bool(shuffle) == drawn.has_value() &&
                (!shuffle || *shuffle == *drawn);
    if (!same) {
      draw(first, count, total, shuffle);
    }
    return {ids.data(), count, std::clamp<int64_t>(total - first, 0, count)};
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
    RowOrder order = cache.rows(
        spec, batch * spec.globalShape[0] + spec.firstRow, total, shuffle);
    sources[input].gather(sources[input], order, spec.rows, buffers);
  }

  Status checkIndices(size_t input) const override {
    const InputSpec &spec = inputs[input];
    if (!has(input) || spec.limits.empty()) {
      return {};
    }
    const RowSource &source = sources[input];
    std::vector<std::byte> row(size_t(source.elements) * sizeOf(spec.type));
    void *buffers[] = {row.data()};
    for (int64_t sample = 0; sample < total; ++sample) {
      source.gather(source, {&sample, 1, 1}, 1, buffers);
      Status status = rt::checkIndices(spec, row.data(), 1, sample);
      if (!status.ok()) {
        return data->path.empty() ? std::move(status)
                                  : std::move(status).withContext(data->path);
      }
    }
    return {};
  }

private:
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
