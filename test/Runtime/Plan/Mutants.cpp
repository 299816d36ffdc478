//===- Mutants.cpp - Slips in one rank of a compiled plan -----------------===//
//
// sft-test-mutants PLAN...
//
// Gives the last rank a program of its own, a copy, which has to load. Then
// drops, duplicates, swaps and changes each of its communications, one at a
// time: loading has to refuse every mutant, and so has the check of the
// communication by itself.
//
//===----------------------------------------------------------------------===//
#include "runtime/plan/PlanFile.h"
#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWriter.h"
#include "runtime/plan/Verify.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>

namespace sft::rt {
namespace {

using Instructions = std::vector<std::unique_ptr<fb::InstructionT>>;

/// One way to be wrong.
struct Slip {
  const char *name;
  /// Changes instruction `i`, a collective; false where the slip does not
  /// apply to it.
  std::function<bool(fb::PlanT &, fb::ProgramT &, Instructions &, size_t i)>
      apply;
};

fb::CollectiveT *collectiveOf(const fb::InstructionT &instruction) {
  return const_cast<fb::InstructionT &>(instruction).op.AsCollective();
}

bool reduces(const fb::CollectiveT &all) {
  using enum fb::CollectiveKind;
  return all.kind == AllReduce || all.kind == ReduceScatter ||
         all.kind == Reduce;
}

bool swapWithNext(Instructions &list, size_t i) {
  auto next = std::find_if(list.begin() + int64_t(i) + 1, list.end(),
                           [](auto &other) { return collectiveOf(*other); });
  if (next == list.end()) {
    return false;
  }
  std::swap(list[i], *next);
  return true;
}

/// A buffer like this one, but for what `change` does to it.
uint32_t copyOf(fb::ProgramT &program, uint32_t buffer,
                const std::function<void(fb::BufferT &)> &change) {
  auto copy = std::make_unique<fb::BufferT>(*program.buffers[buffer]);
  copy->kind = fb::BufferKind::Temporary;
  copy->parent = -1;
  change(*copy);
  copy->offset = (program.arena_bytes + 63) / 64 * 64;
  program.arena_bytes = copy->offset + copy->bytes;
  program.buffers.push_back(std::move(copy));
  return uint32_t(program.buffers.size() - 1);
}

bool changeBuffers(fb::ProgramT &program, fb::CollectiveT &all,
                   const std::function<void(fb::BufferT &)> &change) {
  bool inPlace = all.in == all.out;
  all.in = copyOf(program, all.in, change);
  all.out = inPlace ? all.in : copyOf(program, all.out, change);
  return true;
}

void changeType(fb::BufferT &buffer) {
  buffer.type =
      buffer.type == fb::DataType::I32 ? fb::DataType::F32 : fb::DataType::I32;
  buffer.bytes *= 2; // enough for any other type
}

void doubleSize(fb::BufferT &buffer) {
  buffer.shape.insert(buffer.shape.begin(), 2);
  buffer.bytes *= 2;
}

const std::vector<Slip> kSlips = {
    {"drop",
     [](auto &, auto &, Instructions &list, size_t i) {
       list.erase(list.begin() + int64_t(i));
       return true;
     }},
    {"duplicate",
     [](auto &, auto &, Instructions &list, size_t i) {
       auto copy = std::make_unique<fb::InstructionT>(*list[i]);
       list.insert(list.begin() + int64_t(i), std::move(copy));
       return true;
     }},
    {"swap", [](auto &, auto &, Instructions &list,
                size_t i) { return swapWithNext(list, i); }},
    {"kind",
     [](auto &, auto &, Instructions &list, size_t i) {
       fb::CollectiveKind &kind = collectiveOf(*list[i])->kind;
       kind = fb::CollectiveKind((int(kind) + 1) %
                                 (int(fb::CollectiveKind::MAX) + 1));
       return true;
     }},
    {"reduction",
     [](auto &, auto &, Instructions &list, size_t i) {
       fb::CollectiveT &all = *collectiveOf(*list[i]);
       all.reduce = all.reduce == fb::ReduceKind::Max ? fb::ReduceKind::Sum
                                                      : fb::ReduceKind::Max;
       return reduces(all);
     }},
    {"type",
     [](auto &, fb::ProgramT &program, Instructions &list, size_t i) {
       return changeBuffers(program, *collectiveOf(*list[i]), changeType);
     }},
    {"size",
     [](auto &, fb::ProgramT &program, Instructions &list, size_t i) {
       return changeBuffers(program, *collectiveOf(*list[i]), doubleSize);
     }},
    {"group",
     [](fb::PlanT &plan, auto &, Instructions &list, size_t i) {
       uint32_t &group = collectiveOf(*list[i])->group;
       group = (group + 1) % uint32_t(plan.groups.size());
       return plan.groups.size() > 1;
     }},
    {"senders",
     [](auto &, auto &, Instructions &list, size_t i) {
       std::vector<uint32_t> &from = collectiveOf(*list[i])->from;
       std::ranges::reverse(from); // still a permutation
       return from.size() > 1;
     }},
    {"tag",
     [](auto &, auto &, Instructions &list, size_t i) {
       collectiveOf(*list[i])->tag += 1000;
       return true;
     }},
};

/// A plan of which one rank runs a program of its own.
class Subject {
public:
  explicit Subject(const PlanFile &file) {
    file.plan().UnPackTo(&plan);
    for (uint32_t i = 0; i < plan.blobs.size(); ++i) {
      blobs.push_back(file.blob(i));
    }
    uint32_t &last = plan.rank_program.back();
    plan.programs.push_back(
        std::make_unique<fb::ProgramT>(*plan.programs[last]));
    plan.programs.back()->name = "mutant";
    last = uint32_t(plan.programs.size() - 1);
  }

  /// By all of the loader; with `alone`, by the check of communication.
  Status verify(bool alone) const;
  /// Tries every slip on every collective; the number of mutants that passed.
  size_t tryAll(std::map<std::string, size_t> &counts) const;

private:
  bool isRefused(const Slip &slip, size_t function, size_t i) const;

  fb::PlanT plan;
  std::vector<BlobBytes> blobs;
};

Status Subject::verify(bool alone) const {
  fb::PlanT copy(plan);
  std::vector<std::byte> image = writePlan(copy, blobs);
  if (!alone) {
    return PlanFile::fromBytes(std::move(image)).takeError();
  }
  PlanHeader header;
  std::memcpy(&header, image.data(), sizeof(header));
  return verify::communication(*fb::GetPlan(image.data() + header.planOffset));
}

bool Subject::isRefused(const Slip &slip, size_t function, size_t i) const {
  bool refused = true;
  for (bool alone : {false, true}) {
    Status status = verify(alone);
    if (status.code() != Code::Data) {
      std::printf("%s of %zu in %s was not refused%s\n", slip.name, i,
                  plan.programs.back()->functions[function]->name.c_str(),
                  alone ? " by the communication's check" : "");
      refused = false;
    }
  }
  return refused;
}

size_t Subject::tryAll(std::map<std::string, size_t> &counts) const {
  size_t passed = 0;
  const auto &functions = plan.programs.back()->functions;
  for (size_t f = 0; f < functions.size(); ++f) {
    for (size_t i = 0; i < functions[f]->instructions.size(); ++i) {
      if (!collectiveOf(*functions[f]->instructions[i])) {
        continue;
      }
      for (const Slip &slip : kSlips) {
        Subject mutant(*this);
        fb::ProgramT &program = *mutant.plan.programs.back();
        if (slip.apply(mutant.plan, program, program.functions[f]->instructions,
                       i)) {
          ++counts[slip.name];
          passed += !mutant.isRefused(slip, f, i);
        }
      }
    }
  }
  return passed;
}

/// Prints what came of one plan's mutants.
Expected<bool> areAllRefused(const char *path) {
  SFT_ASSIGN_OR_RETURN(std::unique_ptr<PlanFile> file, PlanFile::load(path));
  Subject subject(*file);
  SFT_RETURN_IF_ERROR(subject.verify(/*alone=*/false));
  std::map<std::string, size_t> counts;
  size_t passed = subject.tryAll(counts), all = 0;
  for (auto &[name, count] : counts) {
    std::printf("%s %zu, ", name.c_str(), count);
    all += count;
  }
  std::printf("%zu of %zu mutants refused\n", all - passed, all);
  return passed == 0;
}

} // namespace
} // namespace sft::rt

int main(int argc, char **argv) {
  bool refused = argc > 1;
  for (int i = 1; i < argc; ++i) {
    auto result = sft::rt::areAllRefused(argv[i]);
    if (!result) {
      std::printf("%s\n", result.status().toString().c_str());
    }
    refused &= result && *result;
  }
  return refused ? 0 : 1;
}
