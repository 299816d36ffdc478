#include "runtime/executor/Tensors.h"

#include "runtime/checkpoint/Slices.h"
#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanFile.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace sft::rt {
namespace {

bool isTensor(const fb::Buffer &buffer, bool withState) {
  return buffer.kind() == fb::BufferKind::Parameter ||
         (withState && buffer.kind() == fb::BufferKind::State);
}

const fb::Program &programOf(const fb::Plan &plan, int rank) {
  return *plan.programs()->Get(plan.rank_program()->Get(uint32_t(rank)));
}

const fb::Buffer *findTensor(const fb::Program &program,
                             const std::string &name) {
  for (const fb::Buffer *buffer : *program.buffers()) {
    if (isTensor(*buffer, true) && buffer->name()->str() == name) {
      return buffer;
    }
  }
  return nullptr;
}

std::vector<int64_t> globalDims(const fb::Buffer &buffer) {
  const auto *dims = buffer.global_shape() && buffer.global_shape()->size()
                         ? buffer.global_shape()
                         : buffer.shape();
  return {dims->begin(), dims->end()};
}

TensorSlice sliceOf(const fb::Plan &plan, const fb::Buffer &buffer, int rank,
                    std::byte *arena) {
  TensorSlice slice{.name = buffer.name()->str(),
                    .type = DataType(buffer.type()),
                    .globalDims = globalDims(buffer),
                    .offset = {},
                    .size = {buffer.shape()->begin(), buffer.shape()->end()},
                    .data = arena ? arena + buffer.offset() : nullptr,
                    .writer = true};
  slice.offset.assign(slice.size.size(), 0);
  for (uint32_t i = 0; buffer.sharding() && i < buffer.sharding()->size();
       ++i) {
    slice.offset[i] =
        indexOver(plan, *buffer.sharding()->Get(i)->axes(), rank) *
        slice.size[i];
  }
  return slice;
}

/// Among the ranks that hold the same part, the first one writes it.
bool isWriter(const fb::Plan &plan, const TensorSlice &slice, int rank) {
  if (slice.held().elements() == 0) {
    return false;
  }
  for (int other = 0; other < rank; ++other) {
    const fb::Buffer *buffer = findTensor(programOf(plan, other), slice.name);
    if (buffer &&
        sliceOf(plan, *buffer, other, nullptr).offset == slice.offset) {
      return false;
    }
  }
  return true;
}

Box wholeOf(const TensorSlice &slice) {
  return {std::vector<int64_t>(slice.globalDims.size()), slice.globalDims};
}

std::string shapeText(const std::vector<int64_t> &dims, DataType type) {
  std::string text = name(type);
  for (size_t i = 0; i < dims.size(); ++i) {
    text += (i ? "x" : "[") + std::to_string(dims[i]);
  }
  return dims.empty() ? text : text + "]";
}

/// Empty, or why the file does not give this tensor.
std::string mismatch(const Dataset &file, const GlobalTensor &tensor) {
  const DenseArray *array = file.findDense(tensor.name);
  if (!array) {
    return "missing \"" + tensor.name + "\"";
  }
  if (array->dims == tensor.dims && array->type == tensor.type) {
    return "";
  }
  return "\"" + tensor.name + "\" is " + shapeText(array->dims, array->type) +
         ", the plan has " + shapeText(tensor.dims, tensor.type);
}

/// As many as one line of an error holds.
constexpr int kNamesShown = 10;

size_t bytesOf(DataType type, const std::vector<int64_t> &dims) {
  size_t bytes = sizeOf(type);
  for (int64_t dim : dims) {
    bytes *= size_t(dim);
  }
  return bytes;
}

} // namespace

std::vector<TensorSlice> tensorSlices(const fb::Plan &plan, int rank,
                                      std::byte *arena, bool withState) {
  std::vector<TensorSlice> slices;
  for (const fb::Buffer *buffer : *programOf(plan, rank).buffers()) {
    if (isTensor(*buffer, withState)) {
      slices.push_back(sliceOf(plan, *buffer, rank, arena));
      slices.back().writer = isWriter(plan, slices.back(), rank);
    }
  }
  return slices;
}

std::vector<GlobalTensor> globalTensors(const fb::Plan &plan, bool withState) {
  std::vector<GlobalTensor> tensors;
  auto known = [&](const std::string &name) {
    return std::any_of(tensors.begin(), tensors.end(),
                       [&](const auto &tensor) { return tensor.name == name; });
  };
  for (const fb::Program *program : *plan.programs()) {
    for (const fb::Buffer *buffer : *program->buffers()) {
      std::string name = buffer->name()->str();
      if (!isTensor(*buffer, withState) || known(name)) {
        continue;
      }
      std::vector<int64_t> dims = globalDims(*buffer);
      const fb::Buffer *main = findTensor(programOf(plan, 0), name);
      bool whole =
          main && std::equal(dims.begin(), dims.end(), main->shape()->begin(),
                             main->shape()->end());
      tensors.push_back({name, DataType(buffer->type()), dims, whole});
    }
  }
  return tensors;
}

Expected<std::vector<InputSpec>> inputSpecs(const fb::Plan &plan, int rank) {
  const fb::Program &program = programOf(plan, rank);
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
    if (input->limits()) {
      spec.limits.assign(input->limits()->begin(), input->limits()->end());
    }
    spec.capacity = spec.csr ? values.shape()->Get(0) : 0;
    for (uint32_t i = 1; i < input->sharding()->size(); ++i) {
      if (partsOver(plan, *input->sharding()->Get(i)->axes()) > 1) {
        return Status::error(Code::Config, 305,
                             "input \"" + spec.name +
                                 "\" is cut along more than its rows; this "
                                 "runtime feeds whole rows");
      }
    }
    spec.rows = rowsOf(plan, *input);
    spec.firstRow =
        spec.rows * indexOver(plan, *input->sharding()->Get(0)->axes(), rank);
    if (spec.csr) {
      const fb::Buffer &offsets =
          *program.buffers()->Get(*input->buffers()->begin());
      spec.blocks = offsets.shape()->Get(0) - spec.rows;
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

void takeSlice(const TensorSlice &slice, const void *global) {
  slice.clearPadding();
  copyOverlap(wholeOf(slice), static_cast<const std::byte *>(global),
              slice.box(), static_cast<std::byte *>(slice.data),
              sizeOf(slice.type));
}

void putSlice(const TensorSlice &slice, void *global) {
  copyOverlap(slice.box(), static_cast<const std::byte *>(slice.data),
              wholeOf(slice), static_cast<std::byte *>(global),
              sizeOf(slice.type));
}

Status gatherTensor(const GlobalTensor &tensor,
                    std::span<const TensorSlice> slices, Communicator &world,
                    std::vector<std::byte> &global) {
  // As words of which all ranks but one hold zero, so that the sum is a copy.
  size_t words = (bytesOf(tensor.type, tensor.dims) + 3) / 4;
  global.assign(words * 4, std::byte(0));
  for (const TensorSlice &slice : slices) {
    if (slice.name == tensor.name && slice.writer) {
      putSlice(slice, global.data());
    }
  }
  if (tensor.wholeOnMain) {
    return {};
  }
  return world.reduce(global.data(), global.data(), words, DataType::I32,
                      ReduceKind::Sum, 0);
}

Status saveParameters(const std::string &path,
                      std::span<const GlobalTensor> tensors,
                      std::span<const TensorSlice> slices, Communicator &world,
                      const std::map<std::string, std::string> &metadata) {
  std::vector<std::vector<std::byte>> storage(tensors.size());
  std::vector<TensorRef> refs;
  for (size_t i = 0; i < tensors.size(); ++i) {
    SFT_RETURN_IF_ERROR(gatherTensor(tensors[i], slices, world, storage[i]));
    refs.push_back(
        {tensors[i].name, tensors[i].type, tensors[i].dims, storage[i].data()});
  }
  return world.rank() == 0 ? writeSafetensors(path, refs, metadata) : Status();
}

Status loadParameters(const Dataset &file,
                      std::span<const GlobalTensor> tensors,
                      std::span<const TensorSlice> slices) {
  std::string problems;
  int count = 0;
  for (const GlobalTensor &tensor : tensors) {
    std::string problem = mismatch(file, tensor);
    if (!problem.empty() && ++count <= kNamesShown) {
      problems += (problems.empty() ? "" : "; ") + problem;
    }
  }
  if (count) {
    return Status::error(Code::Config, 311,
                         format("%s does not fit the plan: %s%s",
                                file.path.c_str(), problems.c_str(),
                                count > kNamesShown ? "; ..." : ""));
  }
  for (const TensorSlice &slice : slices) {
    takeSlice(slice, file.findDense(slice.name)->data);
  }
  return {};
}

std::string unknownTensors(const Dataset &file,
                           std::span<const GlobalTensor> tensors) {
  std::set<std::string_view> known;
  for (const GlobalTensor &tensor : tensors) {
    known.insert(tensor.name);
  }
  std::string names;
  int count = 0;
  for (const DenseArray &array : file.dense) {
    if (!known.contains(array.name) && ++count <= kNamesShown) {
      names += (names.empty() ? "\"" : ", \"") + array.name + "\"";
    }
  }
  return names + (count > kNamesShown ? ", ..." : "");
}

} // namespace sft::rt
