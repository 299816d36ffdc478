#include "tools/sftc/Driver.h"

#include "dialects/plan/Plan.h"
#include "passes/Emit/EmitPlan.h"
#include "passes/Partition/Explain.h"
#include "passes/Sharding/Shardings.h"
#include "runtime/plan/PlanWriter.h"
#include "tools/common/ModelFile.h"

#include "mlir/IR/AsmState.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

namespace sft {

namespace {

bool fail(const llvm::Twine &message) { return printError("sftc", message); }

/// Writes to a temporary beside the file and renames it: a file that is there
/// is whole.
bool writeAtomically(StringRef path, StringRef content) {
  auto temporary = llvm::sys::fs::TempFile::create(path + ".tmp-%%%%%%%%");
  if (!temporary) {
    return fail("cannot create " + path + ": " +
                llvm::toString(temporary.takeError()));
  }
  llvm::raw_fd_ostream out(temporary->FD, /*shouldClose=*/false);
  out << content;
  out.flush();
  if (out.has_error()) {
    std::string why = out.error().message();
    out.clear_error();
    llvm::consumeError(temporary->discard());
    return fail("cannot write " + path + ": " + why);
  }
  if (llvm::Error error = temporary->keep(path)) {
    return fail("cannot write " + path + ": " +
                llvm::toString(std::move(error)));
  }
  return true;
}

class Compilation {
public:
  explicit Compilation(const DriverOptions &options)
      : options(options), diagnostics(sources, &context) {
    DialectRegistry registry;
    registry.insert<SftDialect, plan::PlanDialect>();
    context.appendDialectRegistry(registry);
    context.appendDialectRegistry(options.dialects);
    context.loadAllAvailableDialects();
    // One model is one small module: MLIR's threads cost more than they bring.
    // (LLVM's, which compile the kernels, have contexts of their own.)
    context.disableMultithreading();
    // The line of the model says more than the op's generic form.
    context.printOpOnDiagnostic(false);
  }

  bool run();

private:
  bool compile();
  void reportCrash();
  bool parse();
  bool checkModel();
  bool runPhases();
  bool dump(Phase phase);
  void explain(Phase phase);
  bool writePlan();
  void printSummary(StringRef image);

  const DriverOptions &options;
  MLIRContext context;
  /// The source stays at hand, so that errors of every phase show their line.
  llvm::SourceMgr sources;
  SourceMgrDiagnosticHandler diagnostics;
  OwningOpRef<ModuleOp> module;
  std::string modelName;
  std::vector<ConflictReport> conflicts;
  Phase running = Phase::Input;
};

bool Compilation::parse() {
  module =
      readModelFile(options.input, options.maxInputBytes, sources, context);
  return bool(module);
}

bool Compilation::checkModel() {
  auto models = module->getOps<ModelOp>();
  if (options.from != Phase::Input) {
    StringRef stem = llvm::sys::path::stem(options.input);
    modelName = module->getSymName().value_or(stem).str();
    return true;
  }
  if (models.empty()) {
    llvm::errs() << options.input
                 << ":1:1: error: no `sft` entry point function found: a model "
                    "file has one sft.model\n";
    return false;
  }
  modelName = (*models.begin()).getSymName().str();
  return true;
}

bool Compilation::dump(Phase phase) {
  if (options.dumpPhases.empty()) {
    return true;
  }
  if (std::error_code code =
          llvm::sys::fs::create_directories(options.dumpPhases)) {
    return fail("cannot create " + options.dumpPhases + ": " + code.message());
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  // Machine code is not for reading.
  OpPrintingFlags flags;
  flags.elideLargeElementsAttrs();
  Attribute code = (*module)->getAttr("sft.kernels");
  if (code) {
    (*module)->setAttr("sft.kernels", StringAttr::get(&context, "elided"));
  }
  module->print(os, flags.enableDebugInfo(false));
  if (code) {
    (*module)->setAttr("sft.kernels", code);
  }
  std::string path = llvm::formatv("{0}/{1}-{2}.mlir", options.dumpPhases,
                                   llvm::formatv("{0,0+2}", int(phase)).str(),
                                   phaseName(phase))
                         .str();
  return writeAtomically(path, text);
}

void Compilation::printSummary(StringRef image) {
  if (options.quiet) {
    return;
  }
  auto mesh = (*module)->getAttrOfType<MeshAttr>(kMeshAttr);
  int64_t ranks = mesh ? mesh.getNumRanks() : 1;
  // A program reads what stands on stdout.
  raw_ostream &os =
      options.explain == Explain::Json ? llvm::errs() : llvm::outs();
  for (auto program : module->getOps<plan::ProgramOp>()) {
    os << options.output << ": model @" << modelName << ", " << ranks
       << (ranks == 1 ? " rank" : " ranks") << ", arena "
       << program.getArenaBytes() << " bytes a rank (exact peak), "
       << image.size() << " bytes of plan\n";
  }
}

bool Compilation::writePlan() {
  auto version = std::string("sftc ") + SFT_VERSION;
  auto image = emitPlan(*module, {version, options.commandLine, modelName});
  if (failed(image)) {
    return false;
  }
  StringRef bytes(reinterpret_cast<const char *>(image->data()), image->size());
  if (!writeAtomically(options.output, bytes)) {
    return false;
  }
  printSummary(bytes);
  return true;
}

/// Conflicts stand in the IR after Sharding, collectives after Partition.
void Compilation::explain(Phase phase) {
  if (options.explain == Explain::No) {
    return;
  }
  if (phase == Phase::Sharding) {
    conflicts = reportConflicts(*module);
  }
  if (phase == Phase::Partition) {
    auto print =
        options.explain == Explain::Json ? printReportAsJson : printReport;
    print(llvm::outs(), meshOf(*module), reportCollectives(*module), conflicts);
  }
}

bool Compilation::runPhases() {
  if (failed(runInsertedPasses(*module, options.from, options.compiler))) {
    return false;
  }
  for (Phase phase : allPhases()) {
    if (phase <= options.from || (options.to && phase > *options.to)) {
      continue;
    }
    running = phase;
    if (failed(runPhase(*module, phase, options.compiler)) || !dump(phase)) {
      return false;
    }
    explain(phase);
  }
  return true;
}

bool Compilation::compile() {
  if (!parse() || !checkModel() || !runPhases()) {
    return false;
  }
  if (options.to) {
    // Whoever enters behind this phase still has the lines of the model.
    module->print(llvm::outs(), OpPrintingFlags().enableDebugInfo());
    return true;
  }
  return writePlan();
}

/// Source and command line make the crash again: compilation is deterministic.
void Compilation::reportCrash() {
  std::string path = options.output + ".crash.mlir";
  std::string text = "// sftc " SFT_VERSION " crashed in phase " +
                     phaseName(running).str() + "\n// " + options.commandLine +
                     "\n";
  if (sources.getNumBuffers() > 0) {
    text += sources.getMemoryBuffer(1)->getBuffer();
  }
  if (writeAtomically(path, text)) {
    fail("crashed in phase " + phaseName(running) +
         ", which is a bug of sftc; please report it with " + path);
  }
}

bool Compilation::run() {
  registerPasses();
  bool done = false;
  llvm::CrashRecoveryContext::Enable();
  llvm::CrashRecoveryContext recovery;
  recovery.DumpStackAndCleanupOnFailure = true;
  if (!recovery.RunSafely([&] { done = compile(); })) {
    reportCrash();
    // What the crash left behind is not to be touched by destructors.
    llvm::errs().flush();
    std::_Exit(1);
  }
  return done;
}

} // namespace

bool compile(const DriverOptions &options) {
  return Compilation(options).run();
}

} // namespace sft
