#include "passes/Codegen/NativeCode.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;

namespace sft {

static Error failed(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

/// Levels that decide whether generated code runs at all.
static std::vector<std::string> requiredFeatures(StringRef chip) {
  SmallVector<StringRef> all;
  X86::getFeaturesForCPU(chip, all);
  std::vector<std::string> required;
  for (StringRef name : {"sse4.2", "avx", "avx2", "fma", "bmi2", "avx512f",
                         "avx512bw", "avx512dq", "avx512vl"}) {
    if (is_contained(all, name)) {
      required.push_back(name.str());
    }
  }
  return required;
}

Expected<CpuTarget> makeCpuTarget(StringRef chip) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  Triple triple(sys::getProcessTriple());
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target) {
    return failed(error);
  }
  CpuTarget result;
  result.chip = chip == "native" ? sys::getHostCPUName().str() : chip.str();
  if (X86::parseArchX86(result.chip) == X86::CK_None) {
    return failed("unknown chip \"" + chip +
                  "\"; try native, x86-64-v3, x86-64-v4 or a name that clang's "
                  "-march takes");
  }
  result.features = requiredFeatures(result.chip);
  TargetOptions options;
  options.AllowFPOpFusion = FPOpFusion::Standard;
  result.machine.reset(target->createTargetMachine(
      triple, result.chip, /*Features=*/"", options, Reloc::PIC_,
      CodeModel::Small, CodeGenOptLevel::Aggressive));
  return result;
}

void optimize(Module &module, TargetMachine &machine) {
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  tuning.LoopUnrolling = true;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

static Error emitObject(Module &module, TargetMachine &machine,
                        StringRef path) {
  std::error_code code;
  raw_fd_ostream out(path, code);
  if (code) {
    return failed("cannot write " + path + ": " + code.message());
  }
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr,
                                  CodeGenFileType::ObjectFile)) {
    return failed("the target cannot emit objects");
  }
  passes.run(module);
  out.close();
  return out.has_error() ? failed("cannot write " + path) : Error::success();
}

static Error linkShared(const std::string &object, const std::string &output) {
  std::string text;
  raw_string_ostream messages(text);
  const char *args[] = {
      "ld.lld", "-shared",     "--hash-style=gnu", "-z", "now",         "-z",
      "relro",  "--strip-all", object.c_str(),     "-o", output.c_str()};
  lld::Result result =
      lld::lldMain(args, messages, messages, {{lld::Gnu, &lld::elf::link}});
  return result.retCode == 0 ? Error::success() : failed("lld failed: " + text);
}

Expected<std::string> compileToSharedObject(Module &module,
                                            TargetMachine &machine) {
  SmallString<128> folder;
  if (std::error_code code =
          sys::fs::createUniqueDirectory("sft-kernels", folder)) {
    return failed("cannot make a temporary folder: " + code.message());
  }
  llvm::scope_exit cleanup([&] { sys::fs::remove_directories(folder); });
  std::string object = (folder + "/kernels.o").str();
  std::string shared = (folder + "/kernels.so").str();
  if (Error error = emitObject(module, machine, object)) {
    return error;
  }
  if (Error error = linkShared(object, shared)) {
    return error;
  }
  auto content = MemoryBuffer::getFile(shared);
  if (!content) {
    return failed("cannot read " + shared);
  }
  return (*content)->getBuffer().str();
}

} // namespace sft
