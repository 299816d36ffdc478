#include "runtime/plan/PlanText.h"
#include "runtime/plan/Verify.h"

#include <algorithm>

namespace sft::rt::verify {
namespace {

/// Depth-first over the calls, each function once.
class CallGraph {
public:
  explicit CallGraph(const fb::Program &program)
      : program(program), sizes(program.functions()->size(), 0) {}

  /// Sets sizes[function] to the expanded number of instructions plus one.
  Status visit(uint32_t function, uint32_t depth) {
    const fb::Function &body = *program.functions()->Get(function);
    if (depth > kMaxCallDepth) {
      return malformed(BadCall, "function " + quoted(body.name()) +
                                    " calls itself, or calls nest deeper "
                                    "than " +
                                    std::to_string(kMaxCallDepth));
    }
    if (sizes[function] != 0) {
      return {};
    }
    uint64_t size = 1;
    for (const fb::Instruction *instruction : *body.instructions()) {
      uint64_t added = 1;
      if (const fb::Call *call = instruction->op_as_Call()) {
        SFT_RETURN_IF_ERROR(visit(call->function(), depth + 1));
        added = sizes[call->function()];
      }
      size = std::min(size + added, kMaxExpanded + 1);
    }
    if (size > kMaxExpanded) {
      return malformed(
          BadCall, "function " + quoted(body.name()) + " executes more than " +
                       std::to_string(kMaxExpanded) + " instructions");
    }
    sizes[function] = size;
    return {};
  }

private:
  const fb::Program &program;
  std::vector<uint64_t> sizes; // 0: not visited
};

} // namespace

Status calls(const fb::Program &program) {
  CallGraph graph(program);
  for (uint32_t f = 0; f < program.functions()->size(); ++f) {
    SFT_RETURN_IF_ERROR(graph.visit(f, 0));
  }
  return {};
}

} // namespace sft::rt::verify
