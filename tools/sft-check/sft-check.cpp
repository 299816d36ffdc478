//===- sft-check.cpp - Is the partitioned program the model? --------------===//
#include "Check.h"

#include "dialects/sft/Sft.h"
#include "tools/common/CompilerFlags.h"
#include "tools/common/ModelFile.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/InitLLVM.h"

#include <cmath>

namespace cl = llvm::cl;

static constexpr char kTool[] = "sft-check";

namespace {

cl::OptionCategory category("sft-check options");
sft::CompilerFlags compiler(category);
cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.mlir"), cl::Required,
                           cl::cat(category));
cl::opt<int64_t> steps("steps", cl::init(3), cl::cat(category),
                       cl::desc("Training steps (default 3)"));
cl::opt<int64_t> seed("seed", cl::init(0), cl::cat(category),
                      cl::desc("Seed of parameters and inputs"));
cl::opt<double>
    tolerance("tolerance", cl::init(1e-9), cl::cat(category),
              cl::desc("Largest difference, relative to a tensor's largest "
                       "magnitude, or to 1e11 times what another rounding of "
                       "sums does to it, where that is more (default 1e-9)"));
cl::opt<uint64_t>
    delays("delays", cl::value_desc("SEED"), cl::cat(category),
           cl::desc("Delay virtual ranks at random; without this they take "
                    "turns. Values are the same, bit for bit"));
cl::opt<uint32_t>
    deadline("deadline", cl::value_desc("TICKS"), cl::init(0),
             cl::cat(category),
             cl::desc("Longest time that a virtual rank may wait for its "
                      "group; an op takes a tick, with --delays up to 127 "
                      "more (default: as long as any rank can run)"));
cl::opt<uint64_t> maxInput("max-input-size", cl::cat(category),
                           cl::desc("refuse larger input files (bytes)"),
                           cl::init(uint64_t(64) << 20));

} // namespace

static sft::reference::Timing timing() {
  bool delayed = delays.getNumOccurrences() > 0;
  return {delayed ? std::optional<uint64_t>(delays) : std::nullopt, deadline};
}

static bool verifyNumbers() {
  if (!(tolerance >= 0) || !std::isfinite(tolerance)) {
    return sft::printError(kTool, "--tolerance: a number of at least 0");
  }
  return steps >= 0 ||
         sft::printError(kTool, "--steps: a number of at least 0");
}

static llvm::LogicalResult run(const sft::CheckOptions &options,
                               const mlir::DialectRegistry &dialects) {
  mlir::MLIRContext context(dialects);
  context.printOpOnDiagnostic(false);
  context.loadAllAvailableDialects();
  llvm::SourceMgr sources;
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  auto module = sft::readModelFile(input, maxInput, sources, context);
  return module ? check(*module, options, llvm::outs()) : llvm::failure();
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Runs a model in the reference interpreter, unpartitioned and "
      "partitioned over\nvirtual ranks, and compares every output, gradient "
      "and variable.\n\n  sft-check model.mlir --mesh=data=2\n");
  sft::registerPasses();
  mlir::DialectRegistry dialects;
  dialects.insert<sft::SftDialect>();
  std::optional<sft::CompilerOptions> flags = compiler.read(kTool);
  if (!flags || !verifyNumbers() || !compiler.loadPlugins(kTool, dialects)) {
    return 1;
  }
  return failed(run({*flags, steps, seed, tolerance, timing()}, dialects));
}
