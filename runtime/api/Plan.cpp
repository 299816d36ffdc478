#include "runtime/api/Api.h"

#include <algorithm>
#include <cstring>

using namespace sft::rt;

namespace {

void addTensor(sft_plan &plan, sft_role role, const std::string &name,
               DataType type, std::vector<int64_t> dims, bool sparse) {
  const std::string &kept = plan.names.emplace_back(name);
  const auto &shape = plan.dims.emplace_back(std::move(dims));
  plan.tensors.push_back(
      {kept.c_str(), role, sft_type(type), sparse, shape.size(), shape.data()});
}

sft_role roleOf(sft::fb::OutputKind kind) {
  switch (kind) {
  case sft::fb::OutputKind::Loss:
    return SFT_LOSS;
  case sft::fb::OutputKind::Metric:
    return SFT_METRIC;
  case sft::fb::OutputKind::Prediction:
    return SFT_PREDICTION;
  case sft::fb::OutputKind::Guard:
    return SFT_GUARD;
  }
  return SFT_METRIC;
}

void addInputs(sft_plan &plan, const sft::fb::Program &program) {
  for (const sft::fb::Input *input : *program.inputs()) {
    const auto *values = program.buffers()->Get(*input->buffers()->rbegin());
    addTensor(plan, SFT_INPUT, input->name()->str(), DataType(values->type()),
              {input->global_shape()->begin(), input->global_shape()->end()},
              input->kind() == sft::fb::InputKind::Csr);
  }
}

void addOutputs(sft_plan &plan, const sft::fb::Program &program) {
  for (const sft::fb::ModelOutput *output : *program.outputs()) {
    const auto *buffer = program.buffers()->Get(output->buffer());
    addTensor(plan, roleOf(output->kind()), output->name()->str(),
              DataType(buffer->type()),
              {buffer->shape()->begin(), buffer->shape()->end()}, false);
  }
}

std::unique_ptr<sft_plan> describePlan(std::unique_ptr<PlanFile> file) {
  auto plan = std::make_unique<sft_plan>();
  plan->file = std::move(file);
  plan->digest = plan->file->digest();
  plan->mesh = identityOf(*plan->file).mesh;
  const sft::fb::Plan &root = plan->file->plan();
  const auto &main = *root.programs()->Get(root.rank_program()->Get(0));
  addInputs(*plan, main);
  for (const GlobalTensor &tensor : globalTensors(root, false)) {
    addTensor(*plan, SFT_PARAMETER, tensor.name, tensor.type, tensor.dims,
              false);
  }
  addOutputs(*plan, main);
  return plan;
}

} // namespace

size_t sft_type_size(sft_type type) { return sizeOf(DataType(type)); }

sft_error *sft_plan_load(const char *path, sft_plan **plan) {
  return guarded([&]() -> Status {
    SFT_ASSIGN_OR_RETURN(std::unique_ptr<PlanFile> file, PlanFile::load(path));
    *plan = describePlan(std::move(file)).release();
    return {};
  });
}

void sft_plan_free(sft_plan *plan) { delete plan; }

void sft_plan_get_info(const sft_plan *plan, sft_plan_info *info) {
  const sft::fb::Plan &root = plan->file->plan();
  *info = {.model = root.model()->c_str(),
           .producer = root.producer()->c_str(),
           .command_line = root.command_line()->c_str(),
           .digest = plan->digest.c_str(),
           .mesh = plan->mesh.c_str(),
           .ranks = int(root.rank_program()->size()),
           .batch = root.batch(),
           .arena_bytes = 0};
  for (const sft::fb::Program *program : *root.programs()) {
    info->arena_bytes = std::max(info->arena_bytes, program->arena_bytes());
  }
}

size_t sft_plan_tensor_count(const sft_plan *plan) {
  return plan->tensors.size();
}

const sft_tensor_info *sft_plan_tensor(const sft_plan *plan, size_t index) {
  return index < plan->tensors.size() ? &plan->tensors[index] : nullptr;
}

const sft_tensor_info *sft_plan_find(const sft_plan *plan, const char *name) {
  for (const sft_tensor_info &tensor : plan->tensors) {
    if (strcmp(tensor.name, name) == 0) {
      return &tensor;
    }
  }
  return nullptr;
}
