#include "runtime/plan/Mesh.h"
#include "runtime/plan/PlanHeader.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cinttypes>

namespace sft::rt::verify {
namespace {

Status blob(const fb::Plan &plan, const fb::Blob &blob, uint64_t fileBytes) {
  SFT_RETURN_IF_ERROR(checkEnum(blob.kind(), fb::BlobKind::MAX, "blob kind"));
  bool cpuCode = blob.kind() == fb::BlobKind::CpuSharedObject;
  if (cpuCode && plan.target() != fb::Target::Cpu) {
    return malformed(BadBlob, "machine code of another target than the plan's");
  }
  if (blob.offset() > fileBytes || blob.bytes() > fileBytes - blob.offset() ||
      blob.offset() < sizeof(PlanHeader)) {
    return malformed(BadBlob, format("%" PRIu64 " bytes at offset %" PRIu64
                                     " leave the file of %" PRIu64,
                                     blob.bytes(), blob.offset(), fileBytes));
  }
  if (blob.offset() % kPlanAlignment != 0) {
    return malformed(BadBlob,
                     format("offset %" PRIu64 " is not a multiple of %" PRIu64,
                            blob.offset(), kPlanAlignment));
  }
  return {};
}

Status kernels(const fb::Plan &plan, const fb::Program &program) {
  for (const fb::Kernel *kernel : *program.kernels()) {
    SFT_RETURN_IF_ERROR(checkIndex(kernel->blob(), plan.blobs()->size(), "blob")
                            .withContext("kernel " + quoted(kernel->name())));
    if (kernel->symbol()->size() == 0) {
      return malformed(BadKernel,
                       "kernel " + quoted(kernel->name()) + " has no symbol");
    }
  }
  return {};
}

/// The buffer, if its kind is the one that the runtime writes.
Expected<const fb::Buffer *>
runtimeBuffer(const fb::Program &program, uint32_t index, fb::BufferKind kind) {
  SFT_RETURN_IF_ERROR(checkIndex(index, program.buffers()->size(), "buffer"));
  const fb::Buffer *buffer = program.buffers()->Get(index);
  if (buffer->kind() != kind) {
    return malformed(BadTable, "buffer " + quoted(buffer->name()) +
                                   " is not of kind " +
                                   fb::EnumNameBufferKind(kind));
  }
  return buffer;
}

/// Offsets of b blocks of n rows: b * (n + 1).
Status csr(const fb::Plan &plan, const fb::Program &program,
           const fb::Input &input) {
  auto buffer = [&](uint32_t i) {
    return program.buffers()->Get(input.buffers()->Get(i));
  };
  auto isList = [&](uint32_t i) { return buffer(i)->shape()->size() == 1; };
  bool typed = buffer(0)->type() == fb::DataType::I32 &&
               buffer(1)->type() == fb::DataType::I32 && isList(0) &&
               isList(1) && isList(2) &&
               elements(*buffer(1)) == elements(*buffer(2)) &&
               input.global_shape()->size() == 2;
  if (!typed) {
    return malformed(BadTable,
                     "a csr input is of rank two and has lists of i32 "
                     "row offsets, i32 columns, and as many values");
  }
  int64_t rows = rowsOf(plan, input);
  int64_t blocks = int64_t(elements(*buffer(0))) - rows;
  if (blocks < 1 || rows % blocks != 0 ||
      int64_t(elements(*buffer(1))) % blocks != 0) {
    return malformed(
        BadTable,
        format("%llu row offsets of a csr input do not fit its %lld rows",
               (unsigned long long)elements(*buffer(0)), (long long)rows));
  }
  return {};
}

/// The buffer has room for this rank's rows, each of them whole.
Status dense(const fb::Plan &plan, const fb::Input &input,
             const fb::Buffer &buffer) {
  bool fits = buffer.shape()->Get(0) == rowsOf(plan, input);
  for (uint32_t d = 1; d < buffer.shape()->size(); ++d) {
    fits &= buffer.shape()->Get(d) == input.global_shape()->Get(d);
  }
  return fits ? Status()
              : malformed(BadTable,
                          "its buffer's shape is not that of its rows");
}

/// None, one, or one for each element of a row; before that the shape is good.
Status limits(const fb::Input &input) {
  if (!input.limits() || input.limits()->size() == 0) {
    return {};
  }
  uint64_t ofRow = 1;
  for (uint32_t d = 1; d < input.global_shape()->size(); ++d) {
    ofRow *= uint64_t(input.global_shape()->Get(d));
  }
  uint32_t count = input.limits()->size();
  return input.kind() == fb::InputKind::Dense && (count == 1 || count == ofRow)
             ? Status()
             : malformed(BadTable, format("%u limits; a dense input has one or "
                                          "one for each element of a row",
                                          count));
}

Status input(const fb::Plan &plan, const fb::Program &program,
             const fb::Input &input) {
  SFT_RETURN_IF_ERROR(
      checkEnum(input.kind(), fb::InputKind::MAX, "input kind"));
  bool sparse = input.kind() == fb::InputKind::Csr;
  if (input.buffers()->size() != (sparse ? 3 : 1)) {
    return malformed(BadTable,
                     format("%u buffers for a %s input",
                            input.buffers()->size(), sparse ? "csr" : "dense"));
  }
  for (uint32_t index : *input.buffers()) {
    auto buffer = runtimeBuffer(program, index, fb::BufferKind::Input);
    SFT_RETURN_IF_ERROR(buffer.takeError());
  }
  const fb::Buffer &first = *program.buffers()->Get(input.buffers()->Get(0));
  SFT_RETURN_IF_ERROR(checkSharding(plan, input.global_shape(),
                                    input.sharding(),
                                    sparse ? 2 : first.shape()->size()));
  if (first.shape()->size() == 0) {
    return malformed(BadTable, "an input's leading dimension is the batch");
  }
  SFT_RETURN_IF_ERROR(checkParts(plan, input.sharding()->Get(0),
                                 input.global_shape()->Get(0),
                                 rowsOf(plan, input)));
  SFT_RETURN_IF_ERROR(limits(input));
  return sparse ? csr(plan, program, input) : dense(plan, input, first);
}

Status output(const fb::Program &program, const fb::ModelOutput &output) {
  SFT_RETURN_IF_ERROR(
      checkEnum(output.kind(), fb::OutputKind::MAX, "output kind"));
  SFT_RETURN_IF_ERROR(
      checkIndex(output.buffer(), program.buffers()->size(), "buffer"));
  const fb::Buffer &buffer = *program.buffers()->Get(output.buffer());
  bool floating =
      buffer.type() == fb::DataType::F32 || buffer.type() == fb::DataType::F64;
  bool scalar = floating && elements(buffer) == 1;
  if (output.kind() != fb::OutputKind::Prediction && !scalar) {
    return malformed(BadTable, format("a %s is one f32 or f64, buffer %s is %s",
                                      fb::EnumNameOutputKind(output.kind()),
                                      quoted(buffer.name()).c_str(),
                                      shapeText(buffer).c_str()));
  }
  return {};
}

Status scalar(const fb::Plan &plan, const fb::Program &program,
              const fb::RuntimeScalar &scalar) {
  SFT_RETURN_IF_ERROR(
      checkEnum(scalar.kind(), fb::ScalarKind::MAX, "scalar kind"));
  auto buffer = runtimeBuffer(program, scalar.buffer(), fb::BufferKind::Scalar);
  SFT_RETURN_IF_ERROR(buffer.takeError());
  bool rate = scalar.kind() == fb::ScalarKind::LearningRate;
  fb::DataType type = rate ? fb::DataType::F32 : fb::DataType::I64;
  if (elements(**buffer) != 1 || (*buffer)->type() != type) {
    return malformed(BadTable,
                     format("buffer %s is %s, not one %s",
                            quoted((*buffer)->name()).c_str(),
                            shapeText(**buffer).c_str(), rate ? "f32" : "i64"));
  }
  return scalar.kind() == fb::ScalarKind::AxisIndex
             ? checkIndex(scalar.axis(), plan.mesh()->axes()->size(),
                          "mesh axis")
             : Status();
}

Status entries(const fb::Program &program) {
  std::set<fb::EntryKind> seen;
  for (const fb::Entry *entry : *program.entries()) {
    SFT_RETURN_IF_ERROR(
        checkEnum(entry->kind(), fb::EntryKind::MAX, "entry kind"));
    SFT_RETURN_IF_ERROR(
        checkIndex(entry->function(), program.functions()->size(), "function"));
    if (!seen.insert(entry->kind()).second) {
      return malformed(BadTable, format("two entries of kind %s",
                                        fb::EnumNameEntryKind(entry->kind())));
    }
  }
  if (seen.contains(fb::EntryKind::Update) &&
      !seen.contains(fb::EntryKind::Gradients)) {
    return malformed(BadTable, "an Update entry without a Gradients entry");
  }
  return {};
}

/// One tensor's appearance in a program.
struct Seen {
  const fb::Buffer *buffer;
  const fb::Program *program;
};

std::vector<int64_t> globalShape(const fb::Buffer &buffer) {
  const auto &shape =
      buffer.global_shape() ? *buffer.global_shape() : *buffer.shape();
  return {shape.begin(), shape.end()};
}

} // namespace

Status blobs(const fb::Plan &plan, uint64_t fileBytes) {
  std::vector<const fb::Blob *> sorted;
  for (uint32_t i = 0; i < plan.blobs()->size(); ++i) {
    sorted.push_back(plan.blobs()->Get(i));
    SFT_RETURN_IF_ERROR(blob(plan, *sorted.back(), fileBytes)
                            .withContext(format("blob %u", i)));
  }
  std::ranges::sort(sorted, {}, &fb::Blob::offset);
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1]->offset() + sorted[i - 1]->bytes() >
        sorted[i]->offset()) {
      return malformed(BadBlob, format("blobs overlap at offset %" PRIu64,
                                       sorted[i]->offset()));
    }
  }
  return {};
}

Status tables(const fb::Plan &plan, const fb::Program &program) {
  SFT_RETURN_IF_ERROR(kernels(plan, program));
  for (const fb::Input *item : *program.inputs()) {
    SFT_RETURN_IF_ERROR(input(plan, program, *item)
                            .withContext("input " + quoted(item->name())));
  }
  for (const fb::ModelOutput *item : *program.outputs()) {
    SFT_RETURN_IF_ERROR(
        output(program, *item).withContext("output " + quoted(item->name())));
  }
  for (const fb::RuntimeScalar *item : *program.scalars()) {
    SFT_RETURN_IF_ERROR(
        scalar(plan, program, *item).withContext("runtime scalar"));
  }
  if (program.events() > kMaxEvents) {
    return malformed(BadEvent, format("%u events are more than %u",
                                      program.events(), kMaxEvents));
  }
  return entries(program);
}

Status tensorsAgree(const fb::Plan &plan) {
  std::map<std::string, Seen> known;
  for (const fb::Program *program : *plan.programs()) {
    for (const fb::Buffer *buffer : *program->buffers()) {
      if (buffer->kind() != fb::BufferKind::Parameter &&
          buffer->kind() != fb::BufferKind::State) {
        continue;
      }
      auto [first, isNew] =
          known.try_emplace(buffer->name()->str(), Seen{buffer, program});
      const fb::Buffer &other = *first->second.buffer;
      if (!isNew && (other.type() != buffer->type() ||
                     globalShape(other) != globalShape(*buffer))) {
        return malformed(BadTensor,
                         format("tensor %s differs in global shape or type "
                                "between programs %s and %s",
                                quoted(buffer->name()).c_str(),
                                quoted(first->second.program->name()).c_str(),
                                quoted(program->name()).c_str()));
      }
    }
  }
  return {};
}

} // namespace sft::rt::verify
