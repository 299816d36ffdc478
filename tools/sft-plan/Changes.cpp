#include "runtime/plan/PlanText.h"
#include "tools/sft-plan/Buffers.h"
#include "tools/sft-plan/Commands.h"

#include <algorithm>

namespace sft::tool {
namespace {

using rt::format;
using Lines = std::vector<std::string>;

//===----------------------------------------------------------------------===//
// What a person asks of a plan
//===----------------------------------------------------------------------===//

/// What a buffer is known by in another plan, too. Temporaries are numbered:
/// they go by shape and by the line that fills them.
std::string nameOf(const RootBuffer &root) {
  if (root.buffer->kind() != fb::BufferKind::Temporary) {
    return root.buffer->name()->str();
  }
  return "temporary " + rt::shapeText(*root.buffer) +
         (root.origin.empty() ? "" : "  ; " + root.origin);
}

/// Bytes by name.
Json tensorsOf(const fb::Plan &plan, const fb::Program &program) {
  Json tensors = Json::object();
  for (const RootBuffer &root : rootsBySize(plan, program)) {
    add(tensors[nameOf(root)], root.buffer->bytes());
  }
  return tensors;
}

/// Programs by name, with all that is summed about each.
Json programsOf(const rt::PlanFile &file) {
  Json stats = statsOf(file), programs = Json::object();
  for (uint32_t i = 0; i < file.plan().programs()->size(); ++i) {
    const fb::Program &program = *file.plan().programs()->Get(i);
    Json &sums = stats["programs"][i];
    programs[program.name()->str()] = {
        {"arena_bytes", sums["arena_bytes"]},
        {"bytes_by_kind", sums["bytes_by_kind"]},
        {"tensors", tensorsOf(file.plan(), program)},
        {"entries", sums["entries"]}};
  }
  return programs;
}

/// How many ranks run each program.
Json rolesOf(const Json &model) {
  Json roles = Json::object();
  for (const Json &program : model["programs"]) {
    roles[program["name"].get<std::string>()] = program["ranks"].size();
  }
  return roles;
}

Json summaryOf(const rt::PlanFile &file) {
  Json model = modelOf(file);
  return {{"model", model["model"]}, {"target", model["target"]},
          {"batch", model["batch"]}, {"mesh", model["mesh"]},
          {"ranks", rolesOf(model)}, {"programs", programsOf(file)}};
}

//===----------------------------------------------------------------------===//
// Differences
//===----------------------------------------------------------------------===//

/// Objects member by member; one that is missing is an empty one.
Json differ(const Json &first, const Json &second) {
  if (!first.is_object() && !second.is_object()) {
    return first == second ? Json()
                           : Json{{"first", first}, {"second", second}};
  }
  static const Json none;
  Json changes;
  auto compare = [&](const std::string &key) {
    Json change = differ(first.contains(key) ? first[key] : none,
                         second.contains(key) ? second[key] : none);
    if (!change.is_null()) {
      changes[key] = std::move(change);
    }
  };
  for (const Json &object : {std::cref(first), std::cref(second)}) {
    for (const auto &[key, value] : object.items()) {
      compare(key);
    }
  }
  return changes;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

const Json &at(const Json &object, const char *key) {
  static const Json none = Json::object();
  return object.contains(key) ? object[key] : none;
}

/// A number that one plan lacks is none.
double valueOf(const Json &change, const char *side) {
  return change.is_null() || change[side].is_null()
             ? 0
             : change[side].get<double>();
}

/// "36 kB -> 24 kB (-33%)".
std::string sums(const Json &change, const char *unit) {
  double first = valueOf(change, "first"), second = valueOf(change, "second");
  std::string text = scaled(first, unit) + " -> " + scaled(second, unit);
  return first > 0 && second > 0
             ? text + format(" (%+.1f%%)", 100 * (second / first - 1))
             : text;
}

/// "2 -> 3".
std::string counts(const Json &change) {
  return format("%g -> %g", valueOf(change, "first"),
                valueOf(change, "second"));
}

Lines planLines(const Json &changes) {
  Lines lines;
  for (const char *key : {"model", "target", "batch"}) {
    if (changes.contains(key)) {
      lines.push_back(std::string(key) + ": " + changes[key]["first"].dump() +
                      " -> " + changes[key]["second"].dump());
    }
  }
  for (const auto &[axis, change] : at(changes, "mesh").items()) {
    lines.push_back("mesh axis " + axis + ": " + counts(change));
  }
  for (const auto &[program, change] : at(changes, "ranks").items()) {
    lines.push_back("ranks of program " + program + ": " + counts(change));
  }
  return lines;
}

Lines collectiveLines(const Json &program) {
  Lines lines;
  for (const auto &[entry, change] : at(program, "entries").items()) {
    for (const auto &[axes, kinds] : at(change, "communication").items()) {
      for (const auto &[kind, sum] : kinds.items()) {
        std::string line = entry + ": " + kind + " on " + axes;
        line += sum.contains("count") ? ", " + counts(sum["count"]) : "";
        line += sum.contains("bytes") ? ", " + sums(sum["bytes"], "B") : "";
        lines.push_back(line);
      }
    }
  }
  return lines;
}

/// The ten tensors whose bytes differ most.
void addTensors(const Json &tensors, Lines &lines) {
  constexpr size_t kShown = 10;
  std::vector<std::pair<double, std::string>> byChange;
  for (const auto &[name, change] : tensors.items()) {
    double more = valueOf(change, "second") - valueOf(change, "first");
    byChange.emplace_back(more, name);
  }
  std::ranges::sort(byChange, [](auto &a, auto &b) {
    return std::pair(std::abs(b.first), a.second) <
           std::pair(std::abs(a.first), b.second);
  });
  for (size_t i = 0; i < std::min(kShown, byChange.size()); ++i) {
    const auto &[more, name] = byChange[i];
    lines.push_back((more < 0 ? "- " : "+ ") + scaled(std::abs(more), "B") +
                    "  " + name);
  }
  if (byChange.size() > kShown) {
    lines.push_back(format("and %zu more", byChange.size() - kShown));
  }
}

Lines memoryLines(const Json &program) {
  Lines lines;
  if (program.contains("arena_bytes")) {
    lines.push_back("arena, the peak: " + sums(program["arena_bytes"], "B"));
  }
  for (const auto &[kind, change] : at(program, "bytes_by_kind").items()) {
    lines.push_back(kind + ": " + sums(change, "B"));
  }
  addTensors(at(program, "tensors"), lines);
  return lines;
}

Lines flopLines(const Json &program) {
  Lines lines;
  for (const auto &[entry, change] : at(program, "entries").items()) {
    if (change.contains("flops")) {
      lines.push_back(entry + ": " + sums(change["flops"], "FLOP"));
    }
  }
  return lines;
}

Lines kernelLines(const Json &program) {
  Lines lines;
  for (const auto &[entry, change] : at(program, "entries").items()) {
    const Json &launches = at(at(change, "instructions"), "launch");
    if (!launches.empty()) {
      lines.push_back(entry + ": " + counts(launches) + " launches");
    }
    for (const auto &[kernel, count] : at(change, "kernels").items()) {
      double more = valueOf(count, "second") - valueOf(count, "first");
      lines.push_back(format("%s %g ", more < 0 ? "-" : "+", std::abs(more)) +
                      kernel + " in " + entry);
    }
  }
  return lines;
}

} // namespace

Json changesOf(const rt::PlanFile &first, const rt::PlanFile &second) {
  Json changes = differ(summaryOf(first), summaryOf(second));
  return changes.is_null() ? Json::object() : changes;
}

std::vector<Section> changesText(const Json &changes) {
  std::vector<Section> sections;
  auto section = [&](const std::string &heading, Lines lines) {
    if (!lines.empty()) {
      sections.push_back({heading, std::move(lines)});
    }
  };
  section("mesh and programs", planLines(changes));
  for (const auto &[name, program] : at(changes, "programs").items()) {
    section("program " + name + ": collectives", collectiveLines(program));
    section("program " + name + ": memory", memoryLines(program));
    section("program " + name + ": contractions", flopLines(program));
    section("program " + name + ": kernels", kernelLines(program));
  }
  return sections;
}

} // namespace sft::tool
