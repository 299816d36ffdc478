#include "runtime/executor/Tensors.h"

#include "runtime/plan/PlanFile.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {
namespace {

/// Which part of a dimension cut over `axes` (major first) a rank holds.
struct Part {
  int64_t index = 0, parts = 1;
};

Part partOf(const fb::Plan &plan, const fb::DimSharding &sharding,
            const std::vector<int> &coordinate) {
  Part part;
  for (uint32_t axis : *sharding.axes()) {
    int64_t size = plan.mesh()->axes()->Get(axis)->size();
    part.index = part.index * size + coordinate[axis];
    part.parts *= size;
  }
  return part;
}

/// One rank among the replicas writes: the one whose coordinates on all axes
/// that do not cut the tensor are zero.
bool isWriter(const fb::Buffer &buffer, std::vector<int> coordinate) {
  if (buffer.sharding()) {
    for (const fb::DimSharding *dim : *buffer.sharding()) {
      for (uint32_t axis : *dim->axes()) {
        coordinate[axis] = 0;
      }
    }
  }
  return std::all_of(coordinate.begin(), coordinate.end(),
                     [](int c) { return c == 0; });
}

TensorSlice sliceOf(const fb::Plan &plan, const fb::Buffer &buffer,
                    const std::vector<int> &coordinate, std::byte *arena) {
  TensorSlice slice{.name = buffer.name()->str(),
                    .type = DataType(buffer.type()),
                    .globalDims = {},
                    .offset = {},
                    .size = {buffer.shape()->begin(), buffer.shape()->end()},
                    .data = arena + buffer.offset(),
                    .writer = isWriter(buffer, coordinate)};
  slice.offset.assign(slice.size.size(), 0);
  slice.globalDims = slice.size;
  if (buffer.global_shape() && buffer.global_shape()->size()) {
    slice.globalDims.assign(buffer.global_shape()->begin(),
                            buffer.global_shape()->end());
  }
  for (uint32_t i = 0; buffer.sharding() && i < buffer.sharding()->size();
       ++i) {
    Part part = partOf(plan, *buffer.sharding()->Get(i), coordinate);
    slice.offset[i] = part.index * slice.size[i];
    // A padded last part holds fewer rows of the global tensor.
    slice.size[i] = std::clamp<int64_t>(slice.globalDims[i] - slice.offset[i],
                                        0, slice.size[i]);
  }
  return slice;
}

/// Calls row(globalOffset, localOffset, bytes) for every contiguous run.
template <typename Row> void forEachRun(const TensorSlice &slice, Row row) {
  size_t rank = slice.size.size(), element = sizeOf(slice.type);
  int64_t runs = 1;
  for (size_t i = 0; i + 1 < rank; ++i) {
    runs *= slice.size[i];
  }
  int64_t length = rank ? slice.size.back() : 1;
  for (int64_t run = 0; run < runs; ++run) {
    int64_t global = 0, rest = run, stride = rank ? slice.globalDims.back() : 1;
    for (size_t i = rank ? rank - 1 : 0; i-- > 0;) {
      global += (slice.offset[i] + rest % slice.size[i]) * stride;
      rest /= slice.size[i];
      stride *= slice.globalDims[i];
    }
    global += rank ? slice.offset.back() : 0;
    row(size_t(global) * element, size_t(run * length) * element,
        size_t(length) * element);
  }
}

bool isWhole(const TensorSlice &slice) {
  return slice.size == slice.globalDims;
}

std::string shapeText(const std::vector<int64_t> &dims, DataType type) {
  std::string text = name(type);
  for (size_t i = 0; i < dims.size(); ++i) {
    text += (i ? "x" : "[") + std::to_string(dims[i]);
  }
  return dims.empty() ? text : text + "]";
}

/// Empty, or why the file does not give this tensor.
std::string mismatch(const Dataset &file, const TensorSlice &slice) {
  const DenseArray *array = file.findDense(slice.name);
  if (!array) {
    return "missing \"" + slice.name + "\"";
  }
  if (array->dims == slice.globalDims && array->type == slice.type) {
    return "";
  }
  return "\"" + slice.name + "\" is " + shapeText(array->dims, array->type) +
         ", the plan has " + shapeText(slice.globalDims, slice.type);
}

} // namespace

std::vector<TensorSlice> tensorSlices(const fb::Plan &plan, int rank,
                                      std::byte *arena, bool withState) {
  const fb::Program &program =
      *plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
  std::vector<int> coordinate = coordinates(plan, rank);
  std::vector<TensorSlice> slices;
  for (const fb::Buffer *buffer : *program.buffers()) {
    if (buffer->kind() == fb::BufferKind::Parameter ||
        (withState && buffer->kind() == fb::BufferKind::State)) {
      slices.push_back(sliceOf(plan, *buffer, coordinate, arena));
    }
  }
  return slices;
}

Expected<std::vector<InputSpec>> inputSpecs(const fb::Plan &plan, int rank) {
  const fb::Program &program =
      *plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
  std::vector<int> coordinate = coordinates(plan, rank);
  std::vector<InputSpec> specs;
  for (const fb::Input *input : *program.inputs()) {
    InputSpec spec;
    spec.name = input->name()->str();
    spec.csr = input->kind() == fb::InputKind::Csr;
    const fb::Buffer &values =
        *program.buffers()->Get(*input->buffers()->rbegin());
    spec.type = DataType(values.type());
    spec.globalShape.assign(input->global_shape()->begin(),
                            input->global_shape()->end());
    spec.capacity = spec.csr ? values.shape()->Get(0) : 0;
    for (uint32_t i = 0; i < input->sharding()->size(); ++i) {
      Part part = partOf(plan, *input->sharding()->Get(i), coordinate);
      if (i > 0 && part.parts > 1) {
        return Status::error(Code::Config, 305,
                             "input \"" + spec.name +
                                 "\" is cut along more than its rows; this "
                                 "runtime feeds whole rows");
      }
      if (i == 0) {
        spec.rows = spec.globalShape[0] / part.parts;
        spec.firstRow = spec.rows * part.index;
      }
    }
    spec.rows = spec.rows ? spec.rows : spec.globalShape[0];
    specs.push_back(std::move(spec));
  }
  return specs;
}

size_t globalBytes(const TensorSlice &slice) {
  size_t bytes = sizeOf(slice.type);
  for (int64_t dim : slice.globalDims) {
    bytes *= size_t(dim);
  }
  return bytes;
}

void takeSlice(const TensorSlice &slice, const void *global) {
  auto *from = static_cast<const std::byte *>(global);
  auto *to = static_cast<std::byte *>(slice.data);
  forEachRun(slice, [&](size_t at, size_t local, size_t bytes) {
    std::memcpy(to + local, from + at, bytes);
  });
}

void putSlice(const TensorSlice &slice, void *global) {
  auto *from = static_cast<const std::byte *>(slice.data);
  auto *to = static_cast<std::byte *>(global);
  forEachRun(slice, [&](size_t at, size_t local, size_t bytes) {
    std::memcpy(to + at, from + local, bytes);
  });
}

Status gatherTensor(const TensorSlice &slice, Communicator &world,
                    std::vector<std::byte> &global) {
  // As words of which all ranks but one hold zero, so that the sum is a copy.
  size_t words = (globalBytes(slice) + 3) / 4;
  global.assign(words * 4, std::byte(0));
  if (slice.writer) {
    putSlice(slice, global.data());
  }
  if (isWhole(slice)) {
    return {}; // rank 0 is the writer of a replicated tensor
  }
  return world.reduce(global.data(), global.data(), words, DataType::I32,
                      ReduceKind::Sum, 0);
}

Status saveParameters(const std::string &path,
                      std::span<const TensorSlice> slices, Communicator &world,
                      const std::map<std::string, std::string> &metadata) {
  std::vector<std::vector<std::byte>> storage(slices.size());
  std::vector<TensorRef> tensors;
  for (size_t i = 0; i < slices.size(); ++i) {
    SFT_RETURN_IF_ERROR(gatherTensor(slices[i], world, storage[i]));
    tensors.push_back({slices[i].name, slices[i].type, slices[i].globalDims,
                       storage[i].data()});
  }
  return world.rank() == 0 ? writeSafetensors(path, tensors, metadata)
                           : Status();
}

Status loadParameters(const Dataset &file,
                      std::span<const TensorSlice> slices) {
  std::string problems;
  int count = 0;
  for (const TensorSlice &slice : slices) {
    std::string problem = mismatch(file, slice);
    if (!problem.empty() && ++count <= 10) {
      problems += (problems.empty() ? "" : "; ") + problem;
    }
  }
  if (count) {
    return Status::error(Code::Config, 311,
                         format("%s does not fit the plan: %s%s",
                                file.path.c_str(), problems.c_str(),
                                count > 10 ? "; ..." : ""));
  }
  for (const TensorSlice &slice : slices) {
    takeSlice(slice, file.findDense(slice.name)->data);
  }
  return {};
}

} // namespace sft::rt
