#include "passes/Partition/Explain.h"

#include "dialects/sft/Components.h"
#include "passes/Partition/Resharder.h"
#include "passes/Sharding/Shardings.h"

#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace sft {

/// What a rank sends of the operands' bytes (Thakur et al. 2005).
static int64_t bytesSent(CollectiveOpInterface op, int64_t bytes,
                         int64_t ranks) {
  if (isa<AllReduceOp>(op)) {
    return 2 * bytes * (ranks - 1) / ranks;
  }
  if (isa<PermuteOp>(op)) {
    return bytes;
  }
  return isa<AllGatherOp>(op) ? bytes * (ranks - 1)
                              : bytes * (ranks - 1) / ranks;
}

static std::string textOf(Attribute attr) {
  auto text = cast_or_null<StringAttr>(attr);
  return text ? text.str() : "";
}

static std::vector<Reason> membersOf(CollectiveOpInterface op, int64_t ranks) {
  std::vector<Reason> members;
  if (auto all = op->getAttrOfType<ArrayAttr>(kMembersAttr)) {
    for (auto each : all.getAsRange<DictionaryAttr>()) {
      int64_t bytes = each.getAs<IntegerAttr>("bytes").getInt();
      members.push_back({bytesSent(op, bytes, ranks), textOf(each.get("why")),
                         textOf(each.get("avoid"))});
    }
  }
  return members;
}

static CollectiveReport reportOf(CollectiveOpInterface op, StepOp step,
                                 MeshAttr mesh) {
  CollectiveReport report;
  report.op = op;
  report.step = stringifyStepKind(step.getKind());
  report.kind = op->getName().stripDialect().str();
  report.axes = mesh.nameOf(op.getAxes());
  report.ranks = mesh.sizeOf(op.getAxes());
  report.bytes = bytesSent(op, bytesOf(op->getOperandTypes()), report.ranks);
  report.why = textOf(op->getAttr("why"));
  report.avoid = textOf(op->getAttr(kAvoidAttr));
  report.members = membersOf(op, report.ranks);
  return report;
}

std::vector<CollectiveReport> reportCollectives(ModuleOp module) {
  std::vector<CollectiveReport> all;
  MeshAttr mesh = meshOf(module);
  for (auto step : module.getOps<StepOp>()) {
    for (Operation &op : step.getBody().front()) {
      if (auto collective = dyn_cast<CollectiveOpInterface>(op)) {
        all.push_back(reportOf(collective, step, mesh));
      }
    }
  }
  return all;
}

std::vector<ConflictReport> reportConflicts(ModuleOp module) {
  std::vector<ConflictReport> all;
  module.walk([&](Operation *op) {
    auto text = op->getAttrOfType<StringAttr>(kConflictAttr);
    ConflictReport report{placeOf(op), textOf(text)};
    // Steps do the same to an op of the model.
    if (text && !llvm::is_contained(all, report)) {
      all.push_back(report);
    }
  });
  return all;
}

/// "1.5 MiB".
static std::string sizeText(int64_t bytes) {
  static constexpr const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = double(bytes);
  size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? llvm::formatv("{0} B", bytes).str()
                   : llvm::formatv("{0:f1} {1}", value, units[unit]).str();
}

/// "axis tensor = 4 in parts: tensor:0 = 2, tensor:1 = 2".
static void printParts(raw_ostream &os, MeshAttr mesh) {
  for (auto [axis, name] : llvm::enumerate(mesh.getNames())) {
    StringRef owner = mesh.ownerOf(int64_t(axis));
    SmallVector<int64_t> parts = mesh.axesOf(owner);
    if (!mesh.isPart(int64_t(axis)) || parts.front() != int64_t(axis)) {
      continue;
    }
    os << "axis " << owner << " = " << mesh.sizeOf(parts) << " in parts: ";
    llvm::interleaveComma(parts, os, [&](int64_t part) {
      os << mesh.getNames()[size_t(part)].getValue() << " = "
         << mesh.sizeOf(part);
    });
    os << "\n";
  }
}

/// Of a bucket, what is said of its first member.
static void printAvoid(raw_ostream &os, const CollectiveReport &report) {
  bool isBucket = !report.members.empty();
  StringRef avoid = isBucket ? report.members.front().avoid : report.avoid;
  if (!avoid.empty()) {
    os << llvm::format("  %-14s %-12s %10s  to do without: ", "", "", "")
       << avoid << (isBucket ? "; all are in --explain=json" : "") << "\n";
  }
}

void printReport(raw_ostream &os, MeshAttr mesh,
                 ArrayRef<CollectiveReport> collectives,
                 ArrayRef<ConflictReport> conflicts) {
  printParts(os, mesh);
  std::string step;
  for (const CollectiveReport &each : collectives) {
    if (each.step != step) {
      step = each.step;
      int64_t count = 0, bytes = 0;
      for (const CollectiveReport &other : collectives) {
        count += other.step == step;
        bytes += other.step == step ? other.bytes : 0;
      }
      os << "step " << step << ": " << count << " collectives, a rank sends "
         << sizeText(bytes) << "\n";
    }
    os << llvm::format("  %-14s %-12s %10s  ", each.kind.c_str(),
                       each.axes.c_str(), sizeText(each.bytes).c_str())
       << each.why << "\n";
    printAvoid(os, each);
  }
  if (collectives.empty()) {
    os << "no collectives\n";
  }
  for (const ConflictReport &conflict : conflicts) {
    os << "conflict: " << conflict.place << ": " << conflict.text << "\n";
  }
}

static void printReason(llvm::json::OStream &json, const Reason &reason) {
  json.attribute("bytes", reason.bytes);
  json.attribute("why", reason.why);
  json.attribute("avoid", reason.avoid);
}

void printReportAsJson(raw_ostream &os, MeshAttr mesh,
                       ArrayRef<CollectiveReport> collectives,
                       ArrayRef<ConflictReport> conflicts) {
  llvm::json::OStream json(os, 2);
  json.object([&] {
    json.attributeObject("mesh", [&] {
      for (auto [name, size] :
           llvm::zip_equal(mesh.getNames(), mesh.getSizes())) {
        json.attribute(name.getValue(), size);
      }
    });
    json.attributeArray("collectives", [&] {
      for (const CollectiveReport &each : collectives) {
        json.object([&] {
          json.attribute("step", each.step);
          json.attribute("kind", each.kind);
          json.attribute("axes", each.axes);
          json.attribute("ranks", each.ranks);
          printReason(json, each);
          json.attributeArray("members", [&] {
            for (const Reason &member : each.members) {
              json.object([&] { printReason(json, member); });
            }
          });
        });
      }
    });
    json.attributeArray("conflicts", [&] {
      for (const ConflictReport &conflict : conflicts) {
        json.object([&] {
          json.attribute("place", conflict.place);
          json.attribute("text", conflict.text);
        });
      }
    });
  });
  os << "\n";
}

} // namespace sft
