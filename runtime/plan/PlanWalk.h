//===- PlanWalk.h - What a program executes and touches ---------*- C++ -*-===//
//
// For the verifier and sft-plan. Everything here takes indices as verified.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/base/Status.h"
#include "runtime/plan/plan_generated.h"

#include <optional>
#include <vector>

namespace sft::rt {

/// An instruction in the order of execution.
struct Site {
  uint32_t function;
  uint32_t index;
  uint32_t microbatch;
  const fb::Instruction *instruction;
};

/// Visits the instructions of a function in the order of execution, calls
/// expanded, until `visit(Site)` fails.
template <typename Visit>
Status walk(const fb::Program &program, uint32_t function, Visit &&visit,
            uint32_t microbatch = 0) {
  const auto &instructions =
      *program.functions()->Get(function)->instructions();
  for (uint32_t i = 0; i < instructions.size(); ++i) {
    const fb::Instruction *instruction = instructions.Get(i);
    if (const fb::Call *call = instruction->op_as_Call()) {
      SFT_RETURN_IF_ERROR(
          walk(program, call->function(), visit, call->microbatch()));
    } else {
      SFT_RETURN_IF_ERROR(visit(Site{function, i, microbatch, instruction}));
    }
  }
  return {};
}

/// The function of an entry, if the program has it.
std::optional<uint32_t> entryFunction(const fb::Program &program,
                                      fb::EntryKind kind);

/// Bytes [begin, end) of the arena that an instruction reads or writes. A
/// write covers a buffer's padding, a read does not.
struct Access {
  uint32_t buffer;
  uint64_t begin;
  uint64_t end;
  bool reads;
  bool writes;
  /// Happens on the root of the collective only.
  bool rootOnly = false;
};

/// Appends the accesses of one instruction, reads before writes. A strided
/// operand counts as all bytes from its first to its last element.
void appendAccesses(const fb::Program &program,
                    const fb::Instruction &instruction,
                    std::vector<Access> &out);

/// Bytes of the shape, without padding.
uint64_t dataBytes(const fb::Buffer &buffer);
/// Number of elements of the shape.
uint64_t elements(const fb::Buffer &buffer);
/// From whom each member of a permute receives; empty for other kinds.
std::vector<uint32_t> sendersOf(const fb::Collective &collective);
/// For each buffer the buffer that no other contains.
std::vector<uint32_t> rootBuffers(const fb::Program &program);

} // namespace sft::rt
