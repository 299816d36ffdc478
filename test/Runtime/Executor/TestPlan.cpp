#include "test/Runtime/Executor/TestPlan.h"

#include "runtime/plan/PlanWriter.h"

#include <fstream>
#include <iterator>

namespace sft::test {
namespace {

using namespace sft::fb;

std::vector<std::byte> readKernels() {
  std::ifstream file(SFT_TEST_KERNELS, std::ios::binary);
  std::vector<char> text((std::istreambuf_iterator<char>(file)), {});
  auto *bytes = reinterpret_cast<const std::byte *>(text.data());
  return {bytes, bytes + text.size()};
}

/// Builds the one program; buffer and kernel names stand for their indices.
class Builder {
public:
  explicit Builder(const TestPlan &spec) : spec(spec) {}

  PlanT build();

private:
  uint32_t buffer(const std::string &name, DataType type,
                  std::vector<int64_t> shape, BufferKind kind);
  uint32_t kernel(const std::string &symbol);
  template <typename Op> void add(Op op, uint32_t stream = 0);
  void launch(const std::string &symbol, std::vector<uint32_t> args,
              std::vector<uint8_t> access, int64_t extent);
  void multiply(uint32_t lhs, std::vector<int64_t> lhsDims,
                std::vector<int64_t> lhsStrides, uint32_t rhs,
                std::vector<int64_t> rhsDims, uint32_t out,
                std::vector<int64_t> outDims);
  void allReduce(uint32_t buffer, uint32_t tag);
  void record(uint32_t event, uint32_t stream);
  void wait(uint32_t event, uint32_t stream);
  void await(uint32_t tag);
  void pad();
  void begin(const std::string &name, EntryKind kind);
  void forward(bool withTarget);
  void addOutput(const std::string &name, OutputKind kind, uint32_t buffer);
  void output(uint32_t index);

  const TestPlan &spec;
  ProgramT program;
  FunctionT *function = nullptr;
  uint32_t x = 0, y = 0, w = 0, prediction = 0, error = 0, loss = 0, rows = 0;
  uint32_t step = 0, axis = 0;
};

uint32_t Builder::buffer(const std::string &name, DataType type,
                         std::vector<int64_t> shape, BufferKind kind) {
  auto out = std::make_unique<BufferT>();
  uint64_t bytes = type == DataType::I64 ? 8 : 4;
  for (int64_t dim : shape) {
    bytes *= uint64_t(dim);
  }
  out->name = name;
  out->type = type;
  out->shape = std::move(shape);
  out->offset = program.arena_bytes;
  out->bytes = bytes;
  out->kind = kind;
  if (kind == BufferKind::Parameter) {
    out->global_shape = out->shape;
    for (size_t i = 0; i < out->shape.size(); ++i) {
      out->sharding.push_back(std::make_unique<DimShardingT>());
    }
  }
  program.arena_bytes += (bytes + 63) / 64 * 64;
  program.buffers.push_back(std::move(out));
  return uint32_t(program.buffers.size() - 1);
}

uint32_t Builder::kernel(const std::string &symbol) {
  auto out = std::make_unique<KernelT>();
  out->name = symbol.substr(5);
  out->symbol = symbol;
  program.kernels.push_back(std::move(out));
  return uint32_t(program.kernels.size() - 1);
}

template <typename Op> void Builder::add(Op op, uint32_t stream) {
  auto instruction = std::make_unique<InstructionT>();
  instruction->stream = stream;
  instruction->op.Set(std::move(op));
  function->instructions.push_back(std::move(instruction));
}

void Builder::launch(const std::string &symbol, std::vector<uint32_t> args,
                     std::vector<uint8_t> access, int64_t extent) {
  LaunchT op;
  op.kernel = kernel(symbol);
  op.args = std::move(args);
  op.access = std::move(access);
  op.extent = extent;
  add(std::move(op));
}

std::unique_ptr<OperandT> operand(uint32_t buffer, std::vector<int64_t> dims,
                                  std::vector<int64_t> strides) {
  auto out = std::make_unique<OperandT>();
  out->buffer = buffer;
  out->dims = std::move(dims);
  out->strides = std::move(strides);
  return out;
}

void Builder::multiply(uint32_t lhs, std::vector<int64_t> lhsDims,
                       std::vector<int64_t> lhsStrides, uint32_t rhs,
                       std::vector<int64_t> rhsDims, uint32_t out,
                       std::vector<int64_t> outDims) {
  ContractT op;
  op.lhs = operand(lhs, std::move(lhsDims), std::move(lhsStrides));
  op.rhs = operand(rhs, rhsDims, {rhsDims[1], 1});
  op.out = operand(out, outDims, {outDims[1], 1});
  add(std::move(op));
}

void Builder::record(uint32_t event, uint32_t stream) {
  program.events = std::max(program.events, event + 1);
  RecordT op;
  op.event = event;
  add(op, stream);
}

void Builder::wait(uint32_t event, uint32_t stream) {
  WaitT op;
  op.event = event;
  add(op, stream);
}

/// Events 2 tag and 2 tag + 1 stand around it where it has a stream.
void Builder::allReduce(uint32_t buffer, uint32_t tag) {
  CollectiveT op;
  op.kind = CollectiveKind::AllReduce;
  op.in = op.out = buffer;
  op.tag = tag;
  if (!spec.streams) {
    return add(std::move(op));
  }
  record(2 * tag, 0);
  wait(2 * tag, 1);
  add(std::move(op), 1);
  record(2 * tag + 1, 1);
}

void Builder::await(uint32_t tag) {
  if (spec.streams) {
    wait(2 * tag + 1, 0);
  }
}

void Builder::pad() {
  for (int i = 0; i < spec.padding; ++i) {
    launch("test_nothing", {step, axis}, {1, 1}, 1);
  }
}

void Builder::begin(const std::string &name, EntryKind kind) {
  auto entry = std::make_unique<EntryT>();
  entry->kind = kind;
  entry->function = uint32_t(program.functions.size());
  program.entries.push_back(std::move(entry));
  function =
      program.functions.emplace_back(std::make_unique<FunctionT>()).get();
  function->name = name;
}

void Builder::forward(bool withTarget) {
  int64_t part = spec.batch / spec.ranks, features = spec.features;
  add(LoadBatchT());
  multiply(x, {part, features}, {features, 1}, w, {features, 1}, prediction,
           {part, 1});
  if (withTarget) {
    LoadBatchT load;
    load.input = 1;
    add(load);
    launch("test_residual", {prediction, y, error, loss, rows}, {1, 1, 2, 2, 1},
           part);
    allReduce(loss, 1);
    await(1);
    output(0);
  }
}

void Builder::addOutput(const std::string &name, OutputKind kind,
                        uint32_t buffer) {
  auto out = std::make_unique<ModelOutputT>();
  out->name = name;
  out->kind = kind;
  out->buffer = buffer;
  program.outputs.push_back(std::move(out));
}

void Builder::output(uint32_t index) {
  OutputT op;
  op.output = index;
  add(op);
}

std::unique_ptr<InputT> input(const std::string &name, uint32_t buffer,
                              std::vector<int64_t> shape) {
  auto out = std::make_unique<InputT>();
  out->name = name;
  out->buffers = {buffer};
  out->global_shape = std::move(shape);
  for (size_t i = 0; i < out->global_shape.size(); ++i) {
    auto dim = std::make_unique<DimShardingT>();
    dim->axes = i == 0 ? std::vector<uint32_t>{0} : std::vector<uint32_t>{};
    out->sharding.push_back(std::move(dim));
  }
  return out;
}

std::unique_ptr<RuntimeScalarT> scalar(ScalarKind kind, uint32_t buffer,
                                       double value = 0) {
  auto out = std::make_unique<RuntimeScalarT>();
  out->kind = kind;
  out->buffer = buffer;
  out->default_value = value;
  return out;
}

PlanT Builder::build() {
  int64_t part = spec.batch / spec.ranks, features = spec.features;
  constexpr auto F32 = DataType::F32;
  program.name = "all";
  x = buffer("x", F32, {part, features}, BufferKind::Input);
  y = buffer("y", F32, {part, 1}, BufferKind::Input);
  w = buffer("w", F32, {features, 1}, BufferKind::Parameter);
  prediction = buffer("prediction", F32, {part, 1}, BufferKind::Temporary);
  error = buffer("error", F32, {part, 1}, BufferKind::Temporary);
  loss = buffer("loss", F32, {}, BufferKind::Temporary);
  uint32_t gradient =
      buffer("w.gradient", F32, {features, 1}, BufferKind::Temporary);
  rows = buffer("rows", F32, {}, BufferKind::State);
  uint32_t guard = buffer("guard", F32, {}, BufferKind::Temporary);
  uint32_t all = buffer("all", F32, {spec.batch, 1}, BufferKind::Temporary);
  step = buffer("step", DataType::I64, {}, BufferKind::Scalar);
  uint32_t seed = buffer("seed", DataType::I64, {}, BufferKind::Scalar);
  uint32_t rate = buffer("rate", F32, {}, BufferKind::Scalar);
  axis = buffer("axis", DataType::I64, {}, BufferKind::Scalar);
  program.scalars.push_back(scalar(ScalarKind::Step, step));
  program.scalars.push_back(scalar(ScalarKind::Seed, seed));
  program.scalars.push_back(
      scalar(ScalarKind::LearningRate, rate, spec.learningRate));
  program.scalars.push_back(scalar(ScalarKind::AxisIndex, axis));
  program.inputs.push_back(input("x", x, {spec.batch, features}));
  program.inputs.push_back(input("y", y, {spec.batch, 1}));
  program.inputs.back()->limits = {spec.targetLimit};
  addOutput("loss", OutputKind::Loss, loss);
  addOutput("guard", OutputKind::Guard, guard);
  addOutput("prediction", OutputKind::Prediction, all);

  begin("initialize", EntryKind::Initialize);
  launch("test_init", {w, seed}, {2, 1}, features);
  FillT fill;
  fill.buffer = rows;
  auto count = float(spec.batch);
  uint32_t bits;
  std::memcpy(&bits, &count, sizeof bits);
  fill.pattern = bits;
  add(fill);

  begin("gradients", EntryKind::Gradients);
  if (!spec.streams) {
    pad();
  }
  if (!spec.fault.empty()) {
    launch(spec.fault, {step, axis}, {1, 1}, spec.faultExtent);
  }
  forward(true);
  multiply(x, {features, part}, {1, features}, error, {part, 1}, gradient,
           {features, 1});
  allReduce(gradient, 2);
  if (spec.streams) {
    pad();
  }
  await(2);
  launch("test_guard", {gradient, guard}, {1, 2}, features);
  output(1);

  begin("update", EntryKind::Update);
  launch("test_sgd", {w, gradient, rate}, {3, 1, 1}, features);

  begin("evaluate", EntryKind::Evaluate);
  forward(true);

  begin("predict", EntryKind::Predict);
  forward(false);
  CollectiveT gather;
  gather.kind = CollectiveKind::AllGather;
  gather.in = prediction;
  gather.out = all;
  gather.tag = 3;
  add(gather);
  output(2);

  PlanT plan;
  plan.producer = "test";
  plan.command_line = "sft-test-make-plan";
  plan.model = "linear";
  plan.model_fingerprint = 42;
  plan.batch = spec.batch;
  plan.mesh = std::make_unique<MeshT>();
  auto data = std::make_unique<AxisT>();
  data->name = "data";
  data->size = spec.ranks;
  plan.mesh->axes.push_back(std::move(data));
  auto group = std::make_unique<GroupT>();
  group->axes = {0};
  plan.groups.push_back(std::move(group));
  plan.rank_program.assign(spec.ranks, 0);
  plan.programs.push_back(std::make_unique<ProgramT>(std::move(program)));
  auto place = std::make_unique<LocationT>();
  place->file = "linear.mlir";
  place->line = 7;
  place->column = 3;
  place->op = "sft.matmul";
  plan.locations.push_back(std::move(place));
  auto blob = std::make_unique<BlobT>();
  blob->chip = "x86-64";
  plan.blobs.push_back(std::move(blob));
  return plan;
}

} // namespace

std::vector<std::byte> TestPlan::build() const {
  PlanT plan = Builder(*this).build();
  std::vector<std::byte> kernels = readKernels();
  rt::BlobBytes blobs[] = {kernels};
  return rt::writePlan(plan, blobs);
}

void TestPlan::write(const std::string &path) const {
  std::vector<std::byte> image = build();
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char *>(image.data()),
             std::streamsize(image.size()));
}

} // namespace sft::test
