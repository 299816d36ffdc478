#include "tools/common/ModelFile.h"

#include "tools/common/InputLimits.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;

namespace sft {

/// The op of the dialect sft whose name is nearest, or "" if none is near.
static StringRef nearestOp(StringRef unknown, MLIRContext &context) {
  StringRef nearest;
  unsigned best = 4; // further off is another word
  for (RegisteredOperationName op :
       context.getRegisteredOperationsByDialect("sft")) {
    unsigned distance = unknown.edit_distance(op.getStringRef(), true, best);
    if (distance < best) {
      best = distance;
      nearest = op.getStringRef();
    }
  }
  return nearest;
}

/// Adds a hint to the parser's error about an op that does not exist.
static void addHint(Diagnostic &diagnostic, MLIRContext &context) {
  std::string text = diagnostic.str();
  bool isForeign = StringRef(text).starts_with("Dialect `") ||
                   StringRef(text).contains("unregistered dialect");
  if (!isForeign && !StringRef(text).ends_with("is unknown")) {
    return;
  }
  StringRef unknown = StringRef(text).split("custom op '").second;
  StringRef name = unknown.split('\'').first.rsplit('.').second;
  if (name.empty()) { // "mul" alone
    name = unknown.split('\'').first;
  }
  StringRef nearest =
      name.empty() ? "" : nearestOp(("sft." + name).str(), context);
  if (!nearest.empty()) {
    diagnostic.attachNote() << "did you mean '" << nearest << "'?";
  }
  if (isForeign) {
    diagnostic.attachNote()
        << "models are written in the dialect sft; another one comes with "
           "--load-dialect-plugin=LIB";
  }
}

OwningOpRef<ModuleOp> readModelFile(const std::string &path, uint64_t maxBytes,
                                    llvm::SourceMgr &sources,
                                    MLIRContext &context) {
  auto buffer = readModel(path, maxBytes);
  if (!buffer) {
    llvm::errs() << llvm::toString(buffer.takeError()) << "\n";
    return nullptr;
  }
  sources.AddNewSourceBuffer(std::move(*buffer), llvm::SMLoc());
  ScopedDiagnosticHandler hints(&context, [&](Diagnostic &diagnostic) {
    addHint(diagnostic, context);
    return failure(); // the one who prints comes next
  });
  auto module = parseSourceFile<ModuleOp>(sources, &context);
  if (module && !module->getBody()->empty()) {
    // What is said of the whole, as of a mesh that does not fit it, has a line.
    (*module)->setLoc(module->getBody()->front().getLoc());
  }
  return module;
}

} // namespace sft
