#include "passes/Codegen/NativeCode.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/ThreadPool.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

#include <atomic>
#include <cstdlib>
#include <mutex>

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

static void initializeOnce() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
  });
}

Expected<CpuTarget> makeCpuTarget(StringRef chip) {
  initializeOnce();
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

static void optimize(Module &module, TargetMachine &machine) {
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

static Expected<std::string> emitObject(Module &module,
                                        TargetMachine &machine) {
  SmallString<0> object;
  raw_svector_ostream out(object);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, out, nullptr,
                                  CodeGenFileType::ObjectFile)) {
    return failed("the target cannot emit objects");
  }
  passes.run(module);
  return object.str().str();
}

using Modules = ArrayRef<std::unique_ptr<Module>>;

/// Work on each module with a machine of its own, as many at a time as there
/// are cores.
static Error forEach(Modules modules, StringRef chip,
                     function_ref<Error(size_t, TargetMachine &)> work) {
  Error errors = Error::success();
  std::mutex mutex; // of errors
  std::atomic<bool> crashed = false;
  auto workOn = [&](size_t i) {
    auto target = makeCpuTarget(chip);
    Error error = target ? work(i, *target->machine) : target.takeError();
    std::lock_guard lock(mutex);
    errors = joinErrors(std::move(errors), std::move(error));
  };
  {
    DefaultThreadPool pool(hardware_concurrency());
    for (size_t i = 0; i < modules.size(); ++i) {
      pool.async([&, i] {
        CrashRecoveryContext recovery;
        recovery.DumpStackAndCleanupOnFailure = true;
        if (!recovery.RunSafely([&] { workOn(i); })) {
          crashed = true;
        }
      });
    }
  }
  if (crashed) {
    std::abort(); // here, where the driver sees it and saves its report
  }
  return errors;
}

Error optimize(Modules modules, StringRef chip) {
  return forEach(modules, chip, [&](size_t i, TargetMachine &machine) {
    optimize(*modules[i], machine);
    return Error::success();
  });
}

Expected<std::vector<std::string>> compileToObjects(Modules modules,
                                                    StringRef chip) {
  std::vector<std::string> objects(modules.size());
  Error error = forEach(modules, chip, [&](size_t i, TargetMachine &machine) {
    return emitObject(*modules[i], machine).moveInto(objects[i]);
  });
  if (error) {
    return std::move(error);
  }
  return objects;
}

static Error writeFile(const std::string &path, StringRef content) {
  std::error_code code;
  raw_fd_ostream out(path, code);
  if (!code) {
    out << content;
    out.close();
    code = out.error();
    out.clear_error();
  }
  return code ? failed("cannot write " + path + ": " + code.message())
              : Error::success();
}

static Error runLinker(ArrayRef<std::string> objects,
                       const std::string &output) {
  std::string text;
  raw_string_ostream messages(text);
  std::vector<const char *> args = {
      "ld.lld", "-shared", "--hash-style=gnu", "-z", "now",
      "-z",     "relro",   "--strip-all",      "-o", output.c_str()};
  for (const std::string &object : objects) {
    args.push_back(object.c_str());
  }
  lld::Result result =
      lld::lldMain(args, messages, messages, {{lld::Gnu, &lld::elf::link}});
  return result.retCode == 0 ? Error::success() : failed("lld failed: " + text);
}

Expected<std::string> linkSharedObject(ArrayRef<std::string> objects) {
  SmallString<128> folder;
  if (std::error_code code =
          sys::fs::createUniqueDirectory("sft-kernels", folder)) {
    return failed("cannot make a temporary folder: " + code.message());
  }
  llvm::scope_exit cleanup([&] { sys::fs::remove_directories(folder); });
  std::vector<std::string> paths;
  for (const std::string &object : objects) {
    paths.push_back((folder + "/" + Twine(paths.size()) + ".o").str());
    if (Error error = writeFile(paths.back(), object)) {
      return std::move(error);
    }
  }
  std::string shared = (folder + "/kernels.so").str();
  if (Error error = runLinker(paths, shared)) {
    return std::move(error);
  }
  auto content = MemoryBuffer::getFile(shared);
  if (!content) {
    return failed("cannot read " + shared);
  }
  return (*content)->getBuffer().str();
}

} // namespace sft
