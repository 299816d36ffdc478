//===- PlanBuilder.h - Small valid plans for tests --------------*- C++ -*-===//
//
//   PlanBuilder plan({{"data", 2}});
//   uint32_t data = plan.group({0});
//   ProgramBuilder program = plan.program("all");
//   uint32_t w = program.parameter("w", {4});
//   program.entry(fb::EntryKind::Initialize).fill(w);
//   std::vector<std::byte> image = plan.finish();
//
// Buffers get places of their own behind one another; a test that wants them
// to overlap changes `plan.plan`, which is FlatBuffers' object form.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/plan/PlanWriter.h"

#include <string>
#include <utility>
#include <vector>

namespace sft::rt::test {

using Shape = std::vector<int64_t>;

/// Appends instructions to one function; each call returns its index.
class FunctionBuilder {
public:
  FunctionBuilder(fb::ProgramT &program, uint32_t index)
      : program(&program), index_(index) {}

  uint32_t index() const { return index_; }

  struct Argument {
    uint32_t buffer;
    uint8_t access; ///< 1 reads, 2 writes, 3 both
  };
  uint32_t launch(uint32_t kernel, const std::vector<Argument> &args,
                  int64_t extent = 1);
  /// out = lhs x rhs of whole row-major matrix buffers.
  uint32_t contract(uint32_t lhs, uint32_t rhs, uint32_t out);
  uint32_t collective(fb::CollectiveKind kind, uint32_t group, uint32_t in,
                      uint32_t out, uint32_t tag = 0);
  uint32_t allReduce(uint32_t group, uint32_t buffer, uint32_t tag = 0);
  uint32_t send(uint32_t buffer, uint32_t group, uint32_t peer, uint32_t tag);
  uint32_t recv(uint32_t buffer, uint32_t group, uint32_t peer, uint32_t tag);
  uint32_t copy(uint32_t from, uint32_t to);
  uint32_t fill(uint32_t buffer, uint64_t pattern = 0);
  uint32_t loadBatch(uint32_t input);
  uint32_t record(uint32_t event);
  uint32_t wait(uint32_t event);
  uint32_t call(uint32_t function, uint32_t microbatch = 0);
  uint32_t output(uint32_t output);

  /// Appends any operation of the object API.
  template <typename Operation> uint32_t add(Operation operation) {
    auto instruction = std::make_unique<fb::InstructionT>();
    instruction->op.Set(std::move(operation));
    return append(std::move(instruction));
  }

private:
  uint32_t append(std::unique_ptr<fb::InstructionT> instruction);

  fb::ProgramT *program;
  uint32_t index_;
};

/// Adds to one program; each call returns the index of what it added.
class ProgramBuilder {
public:
  ProgramBuilder(fb::PlanT &plan, uint32_t index)
      : program(plan.programs[index].get()) {}

  uint32_t buffer(const std::string &name, const Shape &shape,
                  fb::BufferKind kind = fb::BufferKind::Temporary,
                  fb::DataType type = fb::DataType::F32);
  /// A part of `parent`, from its `first` element on.
  uint32_t view(const std::string &name, uint32_t parent, uint64_t first,
                const Shape &shape);
  /// A Parameter that every rank holds whole.
  uint32_t parameter(const std::string &name, const Shape &shape);
  uint32_t state(const std::string &name, const Shape &shape);
  /// A dense Input whose rows are cut over mesh axis 0 in `parts`; the buffer
  /// is `inputBuffer(result)`.
  uint32_t input(const std::string &name, const Shape &local, int64_t parts = 1,
                 fb::DataType type = fb::DataType::F32);
  uint32_t inputBuffer(uint32_t input) const;
  /// A buffer that the runtime writes; the result is the buffer.
  uint32_t scalar(fb::ScalarKind kind, double defaultValue = 0,
                  uint32_t axis = 0);
  uint32_t output(const std::string &name, fb::OutputKind kind,
                  uint32_t buffer);
  uint32_t kernel(const std::string &name, uint32_t blob = 0);
  FunctionBuilder function(const std::string &name);
  /// A new function of the entry's name.
  FunctionBuilder entry(fb::EntryKind kind);

  fb::ProgramT *program;
};

class PlanBuilder {
public:
  using Axes = std::vector<std::pair<std::string, uint32_t>>;

  /// All ranks run program 0 until `ranks` says otherwise.
  explicit PlanBuilder(const Axes &axes = {{"data", 1}});

  uint32_t group(const std::vector<uint32_t> &axes);
  ProgramBuilder program(const std::string &name);
  void ranks(const std::vector<uint32_t> &programs);
  /// Machine code; kernels name symbols in it.
  uint32_t blob(std::vector<std::byte> code);

  /// The file image.
  std::vector<std::byte> finish();
  /// `finish` to a file.
  void save(const std::string &path);

  fb::PlanT plan;
  std::vector<std::vector<std::byte>> code;
};

} // namespace sft::rt::test
