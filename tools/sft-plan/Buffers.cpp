#include "tools/sft-plan/Buffers.h"

#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"

#include <algorithm>

namespace sft::tool {
namespace {

/// By buffer; those of views are their roots'.
std::vector<std::string> originsOf(const fb::Plan &plan,
                                   const fb::Program &program) {
  std::vector<uint32_t> roots = rt::rootBuffers(program);
  std::vector<std::string> origins(roots.size());
  std::vector<rt::Access> accesses;
  for (const fb::Function *function : *program.functions()) {
    for (const fb::Instruction *instruction : *function->instructions()) {
      accesses.clear();
      rt::appendAccesses(program, *instruction, accesses);
      for (const rt::Access &access : accesses) {
        std::string &origin = origins[roots[access.buffer]];
        if (access.writes && origin.empty()) {
          origin = rt::placeOf(plan, *instruction);
        }
      }
    }
  }
  return origins;
}

} // namespace

std::vector<RootBuffer> rootsBySize(const fb::Plan &plan,
                                    const fb::Program &program) {
  std::vector<std::string> origins = originsOf(plan, program);
  std::vector<RootBuffer> roots;
  for (uint32_t i = 0; i < program.buffers()->size(); ++i) {
    const fb::Buffer *buffer = program.buffers()->Get(i);
    if (buffer->parent() < 0) {
      roots.push_back({buffer, origins[i]});
    }
  }
  std::ranges::sort(roots, [](auto &a, auto &b) {
    return std::pair(b.buffer->bytes(), a.buffer->offset()) <
           std::pair(a.buffer->bytes(), b.buffer->offset());
  });
  return roots;
}

} // namespace sft::tool
