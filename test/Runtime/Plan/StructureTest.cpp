//===- StructureTest.cpp - Kinds, ranges and tables: P07-P11, P15, P22, P24 -=//
#include "test/Runtime/Plan/Expect.h"

namespace sft::rt::test {
namespace {

using namespace verify;
using enum fb::EntryKind;

/// A valid plan, its only program, and the indices that tests break.
struct StructureTest : ::testing::Test {
  PlanBuilder plan = dataParallelPlan(2);
  fb::ProgramT &program = *plan.plan.programs[0];

  fb::BufferT &buffer(const std::string &name) {
    for (auto &item : program.buffers) {
      if (item->name == name) {
        return *item;
      }
    }
    throw std::invalid_argument(name);
  }
  fb::InstructionT &gradients(size_t index) {
    return *program.functions[1]->instructions[index];
  }
};

TEST_F(StructureTest, SamplesAreValid) {
  expectOk(plan);
  PlanBuilder pipeline = pipelinePlan();
  expectOk(pipeline);
}

TEST_F(StructureTest, P07_UnknownInstructionKind) {
  std::vector<std::byte> image = plan.finish();
  auto *header = reinterpret_cast<PlanHeader *>(image.data());
  const fb::Plan *read = fb::GetPlan(image.data() + header->planOffset);
  const fb::Instruction *first =
      read->programs()->Get(0)->functions()->Get(1)->instructions()->Get(0);
  reinterpret_cast<flatbuffers::Table *>(const_cast<fb::Instruction *>(first))
      ->SetField<uint8_t>(fb::Instruction::VT_OP_TYPE, 77, 0);
  sealPlan(image);
  expectError(statusOf(image), BadInstruction,
              {"unknown instruction kind 77", "function \"Gradients\"",
               "test.mlir:3:7 (\"sft.matmul\")"});
}

TEST_F(StructureTest, P08_DataType) {
  buffer("y").type = fb::DataType(9);
  expectError(plan, BadEnum, {"buffer \"y\"", "unknown data type 9"});
}

TEST_F(StructureTest, P08_BufferKind) {
  buffer("y").kind = fb::BufferKind(9);
  expectError(plan, BadEnum, {"buffer \"y\"", "unknown buffer kind 9"});
}

TEST_F(StructureTest, P08_CollectiveAndReduceKind) {
  gradients(4).op.AsCollective()->kind = fb::CollectiveKind(7);
  expectError(plan, BadEnum, {"unknown collective kind 7"});
  gradients(4).op.AsCollective()->kind = fb::CollectiveKind::AllReduce;
  gradients(4).op.AsCollective()->reduce = fb::ReduceKind(3);
  expectError(plan, BadEnum, {"unknown reduction kind 3"});
}

TEST_F(StructureTest, P08_TargetActivationAccessAndTables) {
  plan.plan.target = fb::Target(7);
  expectError(plan, BadEnum, {"unknown target 7"});
  plan.plan.target = fb::Target::Cpu;
  gradients(1).op.AsContract()->activation = fb::Activation(40);
  expectError(plan, BadEnum, {"unknown activation 40"});
  gradients(1).op.AsContract()->activation = fb::Activation::Relu;
  gradients(2).op.AsLaunch()->access[0] = 4;
  expectError(plan, BadEnum, {"unknown access mode 4"});
  gradients(2).op.AsLaunch()->access[0] = 1;
  program.outputs[0]->kind = fb::OutputKind(8);
  expectError(plan, BadEnum, {"output \"loss\"", "unknown output kind 8"});
  program.outputs[0]->kind = fb::OutputKind::Loss;
  program.entries[0]->kind = fb::EntryKind(5);
  expectError(plan, BadEnum, {"unknown entry kind 5"});
}

TEST_F(StructureTest, P09_OutsideArena) {
  for (uint64_t offset :
       {program.arena_bytes / 64 * 64, uint64_t(1) << 50, ~uint64_t(63)}) {
    buffer("x").offset = offset;
    expectError(plan, BadBuffer, {"buffer \"x\"", "leave the arena"});
  }
}

TEST_F(StructureTest, P09_SizeOverflow) {
  buffer("x").bytes = ~uint64_t(0);
  expectError(plan, BadBuffer, {"buffer \"x\"", "leave the arena"});
  buffer("x").shape = {int64_t(1) << 40, int64_t(1) << 40};
  expectError(plan, BadBuffer, {"buffer \"x\"", "overflows"});
  buffer("x").shape = {-1};
  expectError(plan, BadBuffer, {"buffer \"x\"", "-1", "out of range"});
}

TEST_F(StructureTest, P09_SmallerThanItsShape) {
  buffer("x").bytes -= 1;
  expectError(plan, BadBuffer, {"buffer \"x\"", "its shape needs 128"});
}

TEST_F(StructureTest, P09_Misaligned) {
  buffer("y").offset += 4;
  expectError(plan, BadBuffer, {"buffer \"y\"", "not a multiple of 64"});
}

TEST_F(StructureTest, P09_ViewLeavesItsParent) {
  buffer("g").parent = 0;
  expectError(plan, BadView, {"\"g\"", "\"w\"", "leaves its parent"});
  buffer("g").parent = 99;
  expectError(plan, BadIndex, {"buffer \"g\"", "parent buffer 99"});
  buffer("g").parent = -2;
  expectError(plan, BadIndex, {"buffer \"g\"", "parent buffer"});
}

TEST_F(StructureTest, P09_ViewsInACircle) {
  ProgramBuilder builder(plan.plan, 0);
  uint32_t a = builder.buffer("a", {4}), b = builder.view("b", a, 0, {4});
  program.buffers[a]->parent = int32_t(b);
  expectError(plan, BadView, {"views nest deeper"});
}

TEST_F(StructureTest, P10_ArenaTooLarge) {
  program.arena_bytes = uint64_t(1) << 60;
  expectError(plan, BadArena, {"the plan asks for 1152921504606846976 bytes"});
}

TEST_F(StructureTest, P11_PeerOutsideTheGroup) {
  PlanBuilder pipeline = pipelinePlan();
  auto &forward = pipeline.plan.programs[0]->functions[0]->instructions;
  forward[1]->op.AsSend()->peer = 2;
  expectError(pipeline, BadIndex, {"send", "there is no peer 2"});
}

TEST_F(StructureTest, P11_SelfSend) {
  PlanBuilder pipeline = pipelinePlan();
  auto &forward = pipeline.plan.programs[0]->functions[0]->instructions;
  forward[1]->op.AsSend()->peer = 0;
  expectError(pipeline, BadPeer, {"send", "has itself as peer"});
}

TEST_F(StructureTest, P11_GroupNamesAnAxisTwice) {
  plan.plan.groups[0]->axes = {0, 0};
  expectError(plan, BadGroup, {"group 0", "\"data\" twice"});
  plan.plan.groups[0]->axes = {1};
  expectError(plan, BadIndex, {"group 0", "mesh axis 1"});
}

TEST_F(StructureTest, P11_RankTable) {
  plan.plan.rank_program = {0};
  expectError(plan, BadMesh, {"2 ranks", "rank table 1"});
  plan.plan.rank_program = {0, 1};
  expectError(plan, BadIndex, {"no program 1"});
  plan.plan.mesh->axes[0]->size = 1 << 30;
  expectError(plan, BadMesh, {"\"data\""});
  plan.plan.mesh->axes[0]->size = 0;
  expectError(plan, BadMesh, {"\"data\"", "size 0"});
}

TEST_F(StructureTest, P11_RootOutsideTheGroup) {
  gradients(4).op.AsCollective()->root = 2;
  expectError(plan, BadIndex, {"all_reduce", "no root 2"});
}

TEST_F(StructureTest, SendersOfAPermuteAreAPermutation) {
  fb::CollectiveT &all = *gradients(4).op.AsCollective();
  all.from = {1, 0};
  expectError(plan, BadPeer, {"all_reduce", "2 senders", "of 0 members"});
  all.kind = fb::CollectiveKind::Permute;
  const std::vector<std::vector<uint32_t>> wrong = {
      {}, {0}, {0, 0}, {1, 2}, {0, 1, 2}, {~0u, 0}};
  for (const std::vector<uint32_t> &from : wrong) {
    all.from = from;
    expectError(plan, BadPeer, {"permute", "no permutation of 2 members"});
  }
  all.from = {1, 0};
  expectError(plan, Overlap, {"permute", "overlap"}); // in place
}

TEST_F(StructureTest, CollectiveSizesFitTheGroup) {
  gradients(4).op.AsCollective()->kind = fb::CollectiveKind::AllGather;
  expectError(plan, BadInstruction, {"\"loss\"", "group of 2"});
}

TEST_F(StructureTest, P15_KernelIndex) {
  gradients(2).op.AsLaunch()->kernel = 3;
  expectError(plan, BadIndex, {"launch", "no kernel 3"});
}

TEST_F(StructureTest, P15_KernelBlobAndSymbol) {
  program.kernels[1]->symbol = "";
  expectError(plan, BadKernel, {"kernel \"back\"", "no symbol"});
  program.kernels[1]->blob = 1;
  expectError(plan, BadIndex, {"kernel \"back\"", "no blob 1"});
}

TEST_F(StructureTest, P15_ArgumentCount) {
  gradients(2).op.AsLaunch()->args.pop_back();
  expectError(plan, BadKernel, {"\"square\"", "1 arguments", "2 access"});
  gradients(2).op.AsLaunch()->access.pop_back();
  expectError(plan, BadKernel, {"\"square\"", "1 elsewhere"});
}

TEST_F(StructureTest, ArgumentBufferIndex) {
  gradients(2).op.AsLaunch()->args[0] = 1000;
  expectError(plan, BadIndex, {"no buffer 1000"});
}

TEST_F(StructureTest, OperandLeavesItsBuffer) {
  gradients(1).op.AsContract()->lhs->offset = 1;
  expectError(plan, BadOperand, {"contract", "lhs", "\"x\"", "8x4xf32"});
  gradients(1).op.AsContract()->lhs->offset = ~uint64_t(0);
  expectError(plan, BadOperand, {"lhs", "leaves its buffer"});
  gradients(1).op.AsContract()->lhs->offset = 0;
  gradients(1).op.AsContract()->rhs->strides = {int64_t(1) << 40, 1};
  expectError(plan, BadOperand, {"rhs", "leaves its buffer"});
  gradients(1).op.AsContract()->rhs->strides = {-2, 1};
  expectError(plan, BadBuffer, {"rhs", "-2", "strides"});
}

TEST_F(StructureTest, OperandShapesDoNotFit) {
  auto &contract = *gradients(1).op.AsContract();
  std::swap(contract.lhs->dims[0], contract.lhs->dims[1]);
  std::swap(contract.lhs->strides[0], contract.lhs->strides[1]);
  expectError(plan, BadOperand, {"shapes do not fit"});
  contract.lhs->dims = {8};
  contract.lhs->strides = {1};
  expectError(plan, BadOperand, {"no matrices"});
}

TEST_F(StructureTest, BiasDoesNotFit) {
  auto &contract = *gradients(1).op.AsContract();
  auto bias = std::make_unique<fb::OperandT>();
  int64_t columns = contract.out->dims.back();
  bias->buffer = ProgramBuilder(plan.plan, 0)
                     .buffer("bias", {columns}, fb::BufferKind::Temporary,
                             fb::DataType::BF16);
  bias->dims = {columns};
  bias->strides = {1};
  contract.bias = std::move(bias);
  expectError(plan, BadOperand, {"contract", "bias and result", "type"});
  contract.bias->dims = contract.bias->strides = {1, 1, 1};
  expectError(plan, BadOperand, {"contract", "bias does not broadcast"});
}

TEST_F(StructureTest, ResultOverlapsAnOperand) {
  auto &contract = *gradients(1).op.AsContract();
  contract.out->buffer = contract.lhs->buffer;
  expectError(plan, Overlap, {"contract", "input \"x\"", "output \"x\""});
}

TEST_F(StructureTest, BlobOutsideTheFile) {
  plan.plan.blobs[0]->offset = 1;
  std::vector<std::byte> image = plan.finish();
  auto *header = reinterpret_cast<PlanHeader *>(image.data());
  image.resize(image.size() - 1);
  header->fileBytes -= 1;
  sealPlan(image);
  expectError(statusOf(image), BadBlob, {"blob 0", "leave the file"});
}

TEST_F(StructureTest, TensorCutDoesNotFitTheMesh) {
  buffer("w").global_shape = {8, 2};
  expectError(plan, BadTensor, {"buffer \"w\"", "parts of 4"});
  buffer("w").global_shape = {8};
  expectError(plan, BadTensor, {"buffer \"w\"", "rank"});
}

/// Padding is less than the ranks, with what they do for others, can cause.
TEST_F(StructureTest, TensorsMayBePadded) {
  buffer("w").global_shape = {3, 2};
  expectOk(plan);
  buffer("w").global_shape = {1, 2}; // parts of 4 on 2 ranks
  expectOk(plan);
  buffer("w").shape = {8, 2};
  buffer("w").bytes = 64;
  expectError(plan, BadTensor, {"buffer \"w\"", "dimension 0", "parts of 8"});
}

TEST_F(StructureTest, InputsMayBePadded) {
  auto &x = *program.inputs[0];
  int64_t rows = x.global_shape[0] / 2;
  x.rows = rows;
  expectOk(plan);
  x.global_shape[0] -= 1;
  expectOk(plan);
  x.rows = rows + 1;
  expectError(plan, BadTable, {"input \"x\"", "its buffer's shape"});
  x.rows = rows - 1;
  expectError(plan, BadTensor, {"input \"x\"", "does not make parts"});
  x.rows = rows;
  x.global_shape[1] += 1;
  expectError(plan, BadTable, {"input \"x\"", "its buffer's shape"});
}

TEST_F(StructureTest, LanesAreAtLeastOne) {
  plan.plan.lanes = 0;
  expectError(plan, BadMesh, {"0 lanes"});
}

TEST_F(StructureTest, TwoTensorsOfOneName) {
  buffer("w.momentum").name = "w";
  expectError(plan, BadTensor, {"named \"w\""});
}

TEST_F(StructureTest, ScalarAndInputBuffersAreOfTheirKind) {
  program.scalars[0]->buffer = 0;
  expectError(plan, BadTable, {"runtime scalar", "\"w\"", "Scalar"});
  program.inputs[0]->buffers = {0};
  expectError(plan, BadTable, {"input \"x\"", "\"w\"", "Input"});
}

TEST_F(StructureTest, LimitsAreOneOrOneForEachElementOfARow) {
  auto &x = *program.inputs[0];
  uint64_t width = 1;
  for (size_t d = 1; d < x.global_shape.size(); ++d) {
    width *= uint64_t(x.global_shape[d]);
  }
  ASSERT_GT(width, 1u);
  for (size_t count : {size_t(0), size_t(1), size_t(width)}) {
    x.limits.assign(count, 5);
    expectOk(plan);
  }
  x.limits.assign(width + 1, 5);
  expectError(plan, BadTable, {"input \"x\"", "limits", "each element"});
}

TEST_F(StructureTest, UpdateNeedsGradients) {
  program.entries.erase(program.entries.begin() + 1);
  expectError(plan, BadTable, {"Update", "without a Gradients"});
}

TEST_F(StructureTest, P14_Recursion) {
  FunctionBuilder a = ProgramBuilder(plan.plan, 0).function("a");
  FunctionBuilder b = ProgramBuilder(plan.plan, 0).function("b");
  a.call(b.index());
  b.call(a.index());
  expectError(plan, BadCall, {"calls itself"});
}

TEST_F(StructureTest, P24_ExpansionBomb) {
  ProgramBuilder builder(plan.plan, 0);
  FunctionBuilder inner = builder.function("level0");
  for (int level = 1; level < 20; ++level) {
    FunctionBuilder outer = builder.function("level" + std::to_string(level));
    for (int i = 0; i < 20; ++i) {
      outer.call(inner.index());
    }
    inner = outer;
  }
  expectError(plan, BadCall, {"executes more than"});
}

TEST_F(StructureTest, P24_LoopBounds) {
  gradients(2).op.AsLaunch()->extent = INT64_MAX;
  expectError(plan, BadInstruction, {"extent 9223372036854775807"});
  gradients(2).op.AsLaunch()->extent = -1;
  expectError(plan, BadInstruction, {"extent -1"});
  plan.plan.batch = INT64_MAX;
  expectError(plan, BadTable, {"batch"});
}

TEST_F(StructureTest, P22_NamesAreEscapedInErrors) {
  buffer("y").name = "\x1b[31mred";
  buffer("\x1b[31mred").offset += 4;
  Status status = statusOf(plan);
  EXPECT_EQ(status.toString().find('\x1b'), std::string::npos);
  expectError(status, BadBuffer, {"\\x1b[31mred"});
}

} // namespace
} // namespace sft::rt::test
