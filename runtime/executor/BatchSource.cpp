#include "runtime/executor/BatchSource.h"

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
  std::memcpy(out,
              static_cast<const std::byte *>(in.data) +
                  size_t(spec.firstRow) * rowBytes,
              size_t(spec.rows) * rowBytes);
}

void loadCsr(const InputSpec &spec, const CallerInput &in,
             void *const *buffers) {
  auto *offsets = static_cast<int32_t *>(buffers[0]);
  int64_t first = in.rowOffsets[spec.firstRow];
  for (int64_t row = 0; row <= spec.rows; ++row) {
    offsets[row] = int32_t(in.rowOffsets[spec.firstRow + row] - first);
  }
  size_t count = size_t(offsets[spec.rows]);
  std::memcpy(buffers[1], in.columnIndices + first, count * sizeof(int32_t));
  std::memcpy(buffers[2],
              static_cast<const std::byte *>(in.data) +
                  size_t(first) * sizeOf(spec.type),
              count * sizeOf(spec.type));
}

} // namespace

Status CallerBatches::select(std::span<const CallerInput> batch) {
  for (size_t i = 0; i < specs.size(); ++i) {
    const InputSpec &spec = specs[i];
    if (!spec.csr || !batch[i].data) {
      continue;
    }
    const int64_t *offsets = batch[i].rowOffsets + spec.firstRow;
    int64_t count = offsets[spec.rows] - offsets[0];
    if (count > spec.capacity) {
      return Status::error(
          Code::Config, 306,
          format("input \"%s\": %lld non-zeros in this rank's rows, but the "
                 "plan has room for %lld",
                 spec.name.c_str(), (long long)count,
                 (long long)spec.capacity));
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
