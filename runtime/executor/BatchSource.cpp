#include "runtime/executor/BatchSource.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {
namespace {

int64_t rowElements(const InputSpec &spec) {
  int64_t elements = 1;
  for (size_t i = 1; i < spec.globalShape.size(); ++i) {
    elements *= spec.globalShape[i];
  }
  return elements;
}

void loadDense(const InputSpec &spec, const CallerInput &in, void *out) {
  size_t rowBytes = size_t(rowElements(spec)) * sizeOf(spec.type);
  size_t filled = size_t(spec.filled()) * rowBytes;
  if (filled) {
    std::memcpy(out,
                static_cast<const std::byte *>(in.data) +
                    size_t(spec.firstRow) * rowBytes,
                filled);
  }
  std::memset(static_cast<std::byte *>(out) + filled, 0,
              size_t(spec.rows) * rowBytes - filled);
}

/// Where a row of the batch begins; rows behind its end have no entries.
int64_t beginOf(const InputSpec &spec, const CallerInput &in, int64_t row) {
  return in.rowOffsets[std::min(row, spec.globalShape[0])];
}

/// Rows [first, first + rows) of the batch, offsets from 0.
void loadBlock(const InputSpec &spec, const CallerInput &in, int64_t first,
               int64_t rows, int32_t *offsets, int32_t *columns,
               std::byte *values) {
  int64_t begin = beginOf(spec, in, first);
  for (int64_t row = 0; row <= rows; ++row) {
    offsets[row] = int32_t(beginOf(spec, in, first + row) - begin);
  }
  auto count = size_t(offsets[rows]);
  std::memcpy(columns, in.columnIndices + begin, count * sizeof(int32_t));
  std::memcpy(values,
              static_cast<const std::byte *>(in.data) +
                  size_t(begin) * sizeOf(spec.type),
              count * sizeOf(spec.type));
}

void loadCsr(const InputSpec &spec, const CallerInput &in,
             void *const *buffers) {
  int64_t rows = spec.rows / spec.blocks;
  int64_t capacity = spec.capacity / spec.blocks;
  for (int64_t block = 0; block < spec.blocks; ++block) {
    loadBlock(spec, in, spec.firstRow + block * rows, rows,
              static_cast<int32_t *>(buffers[0]) + block * (rows + 1),
              static_cast<int32_t *>(buffers[1]) + block * capacity,
              static_cast<std::byte *>(buffers[2]) +
                  size_t(block * capacity) * sizeOf(spec.type));
  }
}

/// The most non-zeros of a block of this rank's rows.
int64_t largestBlock(const InputSpec &spec, const CallerInput &in) {
  int64_t rows = spec.rows / spec.blocks, most = 0;
  int64_t last = spec.firstRow + spec.rows;
  for (int64_t end = spec.firstRow + rows; end <= last; end += rows) {
    most =
        std::max(most, beginOf(spec, in, end) - beginOf(spec, in, end - rows));
  }
  return most;
}

} // namespace

Status CallerBatches::select(std::span<const CallerInput> batch) {
  for (size_t i = 0; i < specs.size(); ++i) {
    const InputSpec &spec = specs[i];
    if (!spec.csr || !batch[i].data) {
      continue;
    }
    int64_t count = largestBlock(spec, batch[i]);
    int64_t room = spec.capacity / spec.blocks;
    if (count > room) {
      return Status::error(
          Code::Config, 306,
          format(
              "input \"%s\": %lld non-zeros in %lld of this rank's rows, but "
              "the plan has room for %lld: raise its capacity",
              spec.name.c_str(), (long long)count,
              (long long)(spec.rows / spec.blocks), (long long)room));
    }
  }
  inputs = batch;
  return {};
}

void CallerBatches::load(size_t input, void *const *buffers) {
  if (!inputs[input].data) {
    return;
  }
  if (specs[input].csr) {
    loadCsr(specs[input], inputs[input], buffers);
  } else {
    loadDense(specs[input], inputs[input], buffers[0]);
  }
}

} // namespace sft::rt
