//===- PlanFuzzer.cpp - The plan loader on any bytes ----------------------===//
//
// The size and the hash are made to fit, so that what stands behind them is
// reached. A plan that passes is also walked as sft-plan does.
//
//===----------------------------------------------------------------------===//
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "runtime/plan/PlanWriter.h"

#include <cstdlib>

using namespace sft;
using namespace sft::rt;

static void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

/// Whatever the verifier let pass stays in the arena.
static void walkProgram(const fb::Program &program) {
  std::vector<Access> accesses;
  for (const fb::Entry *entry : *program.entries()) {
    Status status = walk(program, entry->function(), [&](const Site &site) {
      accesses.clear();
      appendAccesses(program, *site.instruction, accesses);
      for (const Access &access : accesses) {
        check(access.begin <= access.end);
        check(access.end <= program.arena_bytes());
      }
      return Status();
    });
    check(status.ok());
  }
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto bytes = std::as_bytes(std::span(data, size));
  std::vector<std::byte> image(bytes.begin(), bytes.end());
  if (size >= sizeof(PlanHeader)) {
    uint64_t fileBytes = size;
    std::memcpy(image.data() + offsetof(PlanHeader, fileBytes), &fileBytes,
                sizeof(fileBytes));
    sealPlan(image);
  }
  auto file = PlanFile::fromBytes(std::move(image));
  if (!file) {
    (void)file.status().toString();
    return 0;
  }
  for (const fb::Program *program : *(*file)->plan().programs()) {
    walkProgram(*program);
  }
  return 0;
}
