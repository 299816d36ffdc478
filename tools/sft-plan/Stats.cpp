#include "runtime/plan/PlanText.h"
#include "runtime/plan/PlanWalk.h"
#include "tools/sft-plan/Buffers.h"
#include "tools/sft-plan/Commands.h"

#include <algorithm>
#include <cinttypes>

namespace sft::tool {
namespace {

constexpr size_t kTopBuffers = 10;

/// Multiplications and additions of one contraction.
uint64_t flopsOf(const fb::Contract &contract) {
  const auto &lhs = *contract.lhs()->dims();
  uint64_t flops = 2 * uint64_t(lhs.Get(lhs.size() - 1));
  for (int64_t dim : *contract.out()->dims()) {
    flops *= uint64_t(dim);
  }
  return flops;
}

struct Traffic {
  uint32_t group;
  uint32_t buffer;
};

std::optional<Traffic> trafficOf(const fb::Instruction &instruction) {
  if (const auto *all = instruction.op_as_Collective()) {
    return Traffic{all->group(), all->in()};
  }
  if (const auto *send = instruction.op_as_Send()) {
    return Traffic{send->group(), send->buffer()};
  }
  if (const auto *recv = instruction.op_as_Recv()) {
    return Traffic{recv->group(), recv->buffer()};
  }
  return std::nullopt;
}

Json entryStats(const fb::Plan &plan, const fb::Program &program,
                const fb::Entry &entry) {
  Json stats = {{"flops", 0},
                {"instructions", Json::object()},
                {"kernels", Json::object()},
                {"communication", Json::object()}};
  // The walk's only errors are those of its visitor, which has none.
  (void)rt::walk(program, entry.function(), [&](const rt::Site &site) {
    std::string name = rt::mnemonic(*site.instruction);
    add(stats["instructions"][name], 1);
    if (const auto *launch = site.instruction->op_as_Launch()) {
      const fb::Kernel &kernel = *program.kernels()->Get(launch->kernel());
      add(stats["kernels"][kernel.name()->str()], 1);
    }
    if (const auto *contract = site.instruction->op_as_Contract()) {
      add(stats["flops"], flopsOf(*contract));
    }
    if (auto traffic = trafficOf(*site.instruction)) {
      const fb::Buffer &buffer = *program.buffers()->Get(traffic->buffer);
      Json &sum = stats["communication"][groupText(plan, traffic->group)][name];
      add(sum["count"], 1);
      add(sum["bytes"], rt::dataBytes(buffer));
    }
    return rt::Status();
  });
  return stats;
}

/// Of one training step: what its two entries sum to.
Json stepStats(const Json &entries) {
  Json step = {{"flops", 0}, {"bytes_by_axes", Json::object()}};
  for (const char *name : {"Gradients", "Update"}) {
    if (!entries.contains(name)) {
      continue;
    }
    add(step["flops"], entries[name]["flops"]);
    for (const auto &[group, kinds] : entries[name]["communication"].items()) {
      for (const auto &[kind, sum] : kinds.items()) {
        add(step["bytes_by_axes"][group], sum["bytes"]);
      }
    }
  }
  return step;
}

Json programStats(const fb::Plan &plan, const fb::Program &program) {
  Json kinds = Json::object(), top = Json::array(), entries = Json::object();
  for (const auto &[buffer, origin] : rootsBySize(plan, program)) {
    add(kinds[fb::EnumNameBufferKind(buffer->kind())], buffer->bytes());
    if (top.size() < kTopBuffers) {
      top.push_back({{"name", buffer->name()->str()},
                     {"shape", rt::shapeText(*buffer)},
                     {"bytes", buffer->bytes()},
                     {"at", origin}});
    }
  }
  for (const fb::Entry *entry : *program.entries()) {
    entries[fb::EnumNameEntryKind(entry->kind())] =
        entryStats(plan, program, *entry);
  }
  return {
      {"name", program.name()->str()}, {"arena_bytes", program.arena_bytes()},
      {"bytes_by_kind", kinds},        {"largest_buffers", top},
      {"step", stepStats(entries)},    {"entries", entries}};
}

void entryText(const std::string &name, const Json &entry,
               std::vector<std::string> &lines) {
  lines.push_back(name + ": " + scaled(entry["flops"], "FLOP") +
                  " in contractions");
  std::string counts;
  for (const auto &[mnemonic, count] : entry["instructions"].items()) {
    counts += "  " + count.dump() + " " + mnemonic;
  }
  lines.push_back("  instructions:" + counts);
  for (const auto &[group, kinds] : entry["communication"].items()) {
    for (const auto &[kind, sum] : kinds.items()) {
      lines.push_back("  on " + group + ": " + sum["count"].dump() + " " +
                      kind + ", " + scaled(sum["bytes"], "B"));
    }
  }
}

} // namespace

void add(Json &number, uint64_t amount) {
  number = (number.is_null() ? 0 : number.get<uint64_t>()) + amount;
}

std::string scaled(const Json &number, const char *unit) {
  static const char *const prefixes[] = {"", "k", "M", "G", "T", "P"};
  double value = number.get<double>();
  size_t prefix = 0;
  for (; value >= 999.5 && prefix + 1 < std::size(prefixes); ++prefix) {
    value /= 1000;
  }
  return rt::format("%.3g %s%s", value, prefixes[prefix], unit);
}

Json statsOf(const rt::PlanFile &file) {
  const fb::Plan &plan = file.plan();
  Json programs = Json::array();
  for (const fb::Program *program : *plan.programs()) {
    programs.push_back(programStats(plan, *program));
  }
  return {{"model", plan.model()->str()},
          {"digest", file.digest()},
          {"ranks", plan.rank_program()->size()},
          {"programs", programs}};
}

std::vector<Section> statsText(const Json &stats) {
  std::vector<Section> sections;
  for (const Json &program : stats["programs"]) {
    Section section{"program " + program["name"].get<std::string>(), {}};
    std::vector<std::string> &lines = section.second;
    lines.push_back("arena " + scaled(program["arena_bytes"], "B") +
                    " a rank, the exact peak");
    // Temporaries share bytes: their sum may be more than the arena.
    for (const auto &[kind, bytes] : program["bytes_by_kind"].items()) {
      lines.push_back("  " + kind + " " + scaled(bytes, "B"));
    }
    lines.push_back("largest buffers");
    for (const Json &buffer : program["largest_buffers"]) {
      lines.push_back("  " + scaled(buffer["bytes"], "B") + "  " +
                      buffer["name"].get<std::string>() + " " +
                      buffer["shape"].get<std::string>() + "  ; " +
                      buffer["at"].get<std::string>());
    }
    lines.push_back("step: " + scaled(program["step"]["flops"], "FLOP") +
                    " in contractions");
    for (const auto &[axes, bytes] : program["step"]["bytes_by_axes"].items()) {
      lines.push_back("  over " + axes + ": " + scaled(bytes, "B"));
    }
    for (const auto &[name, entry] : program["entries"].items()) {
      entryText(name, entry, lines);
    }
    sections.push_back(std::move(section));
  }
  return sections;
}

} // namespace sft::tool
