//===- sft-check.cpp - Is the partitioned program the model? --------------===//
#include "Check.h"

#include "dialects/sft/Sft.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/SourceMgr.h"

namespace cl = llvm::cl;

namespace {

cl::OptionCategory category("sft-check options");
cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.mlir"), cl::Required,
                           cl::cat(category));
cl::list<std::string> mesh("mesh", cl::CommaSeparated, cl::cat(category),
                           cl::value_desc("data=2,..."),
                           cl::desc("Mesh of virtual ranks"));
cl::opt<int64_t> zero("zero", cl::init(0), cl::cat(category),
                      cl::desc("ZeRO stage, as sftc's --zero"));
cl::opt<int64_t> steps("steps", cl::init(3), cl::cat(category),
                       cl::desc("Training steps (default 3)"));
cl::opt<int64_t> seed("seed", cl::init(0), cl::cat(category),
                      cl::desc("Seed of parameters and inputs"));
cl::opt<double>
    tolerance("tolerance", cl::init(1e-9), cl::cat(category),
              cl::desc("Largest difference, relative to a tensor's largest "
                       "magnitude (default 1e-9)"));

/// Empty if an axis is not "name=size".
std::optional<sft::CheckOptions> readOptions() {
  sft::CheckOptions options;
  for (llvm::StringRef axis : mesh) {
    auto [name, size] = axis.split('=');
    int64_t value = 0;
    if (name.empty() || size.getAsInteger(10, value)) {
      llvm::errs() << "sft-check: --mesh=" << axis
                   << ": expected name=size, like --mesh=data=2\n";
      return std::nullopt;
    }
    options.compiler.mesh.emplace_back(name.str(), value);
  }
  options.compiler.zeroStage = zero;
  options.steps = steps;
  options.seed = seed;
  options.tolerance = tolerance;
  return options;
}

} // namespace

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "Runs a model in the reference interpreter, unpartitioned and "
      "partitioned over\nvirtual ranks, and compares every output and "
      "variable.\n\n  sft-check model.mlir --mesh=data=2\n");
  std::optional<sft::CheckOptions> options = readOptions();
  std::string error;
  auto file = mlir::openInputFile(input, &error);
  if (!options || !file) {
    llvm::errs() << (file ? "" : "sft-check: " + error + "\n");
    return 1;
  }

  mlir::MLIRContext context;
  context.printOpOnDiagnostic(false);
  context.loadDialect<sft::SftDialect>();
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(*sources, &context);
  auto module = mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  return !module || failed(check(*module, *options, llvm::outs()));
}
