//===- GenerateKernels.cpp - Kernels to machine code ----------------------===//
#include "passes/Codegen/LoopNest.h"
#include "passes/Codegen/NativeCode.h"
#include "passes/Codegen/Passes.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/IR/IRBuilder.h"

using namespace mlir;

namespace sft {
#define GEN_PASS_DEF_GENERATEKERNELS
#include "passes/Codegen/Passes.h.inc"

namespace {

/// erf as x P(x^2) / Q(x^2) on [-4, 4], beyond which it is 1 in f32: the
/// minimax coefficients of Eigen and XLA, 7 ulp. MLIR's own approximation picks
/// among four intervals by selects and takes three times as long.
struct RationalErf : OpRewritePattern<math::ErfOp> {
  RationalErf(MLIRContext *context) : OpRewritePattern(context, 10) {}

  LogicalResult matchAndRewrite(math::ErfOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getOperand();
    if (!x.getType().isF32()) {
      return failure();
    }
    Location loc = op.getLoc();
    auto number = [&](float value) -> Value {
      return arith::ConstantOp::create(rewriter, loc,
                                       rewriter.getF32FloatAttr(value));
    };
    // A NaN compares as false and stays.
    auto limit = [&](arith::CmpFPredicate beyond, float bound) {
      Value is = arith::CmpFOp::create(rewriter, loc, beyond, x, number(bound));
      x = arith::SelectOp::create(rewriter, loc, is, number(bound), x);
    };
    limit(arith::CmpFPredicate::OGT, 4.0f);
    limit(arith::CmpFPredicate::OLT, -4.0f);
    Value square = arith::MulFOp::create(rewriter, loc, x, x);
    auto horner = [&](ArrayRef<float> coefficients) {
      Value sum = number(coefficients.front());
      for (float each : coefficients.drop_front()) {
        sum = math::FmaOp::create(rewriter, loc, sum, square, number(each));
      }
      return sum;
    };
    Value p = horner({-2.72614225801306e-10f, 2.77068142495902e-08f,
                      -2.10102402082508e-06f, -5.69250639462346e-05f,
                      -7.34990630326855e-04f, -2.95459980854025e-03f,
                      -1.60960333262415e-02f});
    Value q = horner({-1.45660718464996e-05f, -2.13374055278905e-04f,
                      -1.68282697438203e-03f, -7.37332916720468e-03f,
                      -1.42647390514189e-02f});
    Value scaled = arith::MulFOp::create(rewriter, loc, x, p);
    rewriter.replaceOpWithNewOp<arith::DivFOp>(op, scaled, q);
    return success();
  }
};

/// exp, log, tanh, erf, ... as polynomials of scalars, which LLVM vectorises.
struct ApproximateMath : PassWrapper<ApproximateMath, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(ApproximateMath)

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns);
    patterns.add<RationalErf>(&getContext());
    (void)applyPatternsGreedily(getOperation(), std::move(patterns));
  }
};

/// All modules in `all`.
LogicalResult lowerToLlvm(ModuleOp all) {
  PassManager manager(all.getContext());
  OpPassManager &pm = manager.nest<ModuleOp>();
  pm.addPass(std::make_unique<ApproximateMath>());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions bare;
  bare.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(bare));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  return manager.run(all);
}

/// The kernel's text without names and places: equal text, equal code.
std::string keyOf(KernelOp kernel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(kernel.getInPlace(), os);
  os << kernel->getOperandTypes() << kernel->getResultTypes();
  DenseMap<Value, unsigned> numbers;
  for (Value argument : kernel.getBody().getArguments()) {
    numbers.try_emplace(argument, unsigned(numbers.size()));
  }
  for (Operation &op : kernel.getBody().front()) {
    os << op.getName() << op.getAttrDictionary() << op.getResultTypes();
    for (Value operand : op.getOperands()) {
      os << '%' << numbers.lookup(operand);
    }
    for (Value result : op.getResults()) {
      numbers.try_emplace(result, unsigned(numbers.size()));
    }
  }
  return text;
}

/// `void name(void *const *args, int64_t begin, int64_t end)` around the
/// function over separate pointers, which do not alias.
void addEntry(llvm::Module &module, StringRef name) {
  llvm::Function *inner = module.getFunction((name + "_body").str());
  llvm::LLVMContext &context = module.getContext();
  llvm::IRBuilder<> builder(context);
  llvm::Type *i64 = builder.getInt64Ty(), *ptr = builder.getPtrTy();
  auto *type =
      llvm::FunctionType::get(builder.getVoidTy(), {ptr, i64, i64}, false);
  auto *entry = llvm::Function::Create(type, llvm::GlobalValue::ExternalLinkage,
                                       name.str(), module);
  builder.SetInsertPoint(llvm::BasicBlock::Create(context, "", entry));
  llvm::SmallVector<llvm::Value *> args;
  unsigned buffers = unsigned(inner->arg_size()) - 2;
  for (unsigned i = 0; i < buffers; ++i) {
    inner->addParamAttr(i, llvm::Attribute::NoAlias);
    llvm::Value *slot = builder.CreateConstGEP1_32(ptr, entry->getArg(0), i);
    args.push_back(builder.CreateLoad(ptr, slot));
  }
  args.push_back(entry->getArg(1));
  args.push_back(entry->getArg(2));
  builder.CreateCall(inner, args);
  builder.CreateRetVoid();
  inner->setLinkage(llvm::GlobalValue::InternalLinkage);
}

/// Some distinct kernels, compiled together.
struct Batch {
  ModuleOp kernels;
  SmallVector<std::string> symbols;
};

void setCpuAttributes(llvm::Module &module, const CpuTarget &target) {
  for (llvm::Function &function : module) {
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", target.chip);
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr("no-trapping-math", "true");
      function.addFnAttr(llvm::Attribute::NoUnwind);
    }
  }
}

struct GenerateKernels : impl::GenerateKernelsBase<GenerateKernels> {
  using GenerateKernelsBase::GenerateKernelsBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    GenerateKernelsBase::getDependentDialects(registry);
    registry.insert<affine::AffineDialect, cf::ControlFlowDialect,
                    vector::VectorDialect>();
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
  }

  /// One function for each distinct kernel; names them all. Batches depend on
  /// the program alone, so that its code is the same on every machine.
  SmallVector<Batch> buildFunctions(ModuleOp all) {
    constexpr size_t kKernelsOfBatch = 4;
    SmallVector<Batch> batches;
    auto startBatch = [&] {
      OpBuilder atEnd = OpBuilder::atBlockEnd(all.getBody());
      batches.push_back({ModuleOp::create(atEnd, all.getLoc()), {}});
    };
    startBatch(); // also of a program without kernels: there has to be code
    llvm::StringMap<std::string> symbols;
    getOperation().walk([&](KernelOp kernel) {
      auto [it, isNew] = symbols.try_emplace(keyOf(kernel));
      if (isNew) {
        it->second = "sft_k" + std::to_string(symbols.size() - 1);
        if (batches.back().symbols.size() == kKernelsOfBatch) {
          startBatch();
        }
        Batch &batch = batches.back();
        OpBuilder inBatch = OpBuilder::atBlockEnd(batch.kernels.getBody());
        buildKernelFunction(inBatch, kernel, it->second + "_body");
        batch.symbols.push_back(it->second);
      }
      OuterLoop outer = outerLoopOf(kernel);
      kernel.setSymbol(it->second);
      kernel.setExtent(outer.extent);
      kernel.setParallel(outer.parallel);
    });
    return batches;
  }

  std::unique_ptr<llvm::Module> translate(const Batch &batch,
                                          const CpuTarget &target,
                                          llvm::LLVMContext &context) {
    auto module = translateModuleToLLVMIR(batch.kernels, context);
    if (module) {
      module->setDataLayout(target.machine->createDataLayout());
      module->setTargetTriple(target.machine->getTargetTriple());
      for (const std::string &symbol : batch.symbols) {
        addEntry(*module, symbol);
      }
      setCpuAttributes(*module, target);
    }
    return module;
  }

  llvm::Expected<std::string>
  compile(ArrayRef<std::unique_ptr<llvm::Module>> modules) {
    if (llvm::Error error = optimize(modules, chip)) {
      return std::move(error);
    }
    if (emit == "llvm") {
      for (const auto &module : modules) {
        llvm::outs() << *module;
      }
    }
    auto objects = compileToObjects(modules, chip);
    return objects ? linkSharedObject(*objects) : objects.takeError();
  }

  LogicalResult failed(llvm::Error error) {
    return emitError(getOperation().getLoc())
           << llvm::toString(std::move(error));
  }

  LogicalResult compile(ArrayRef<Batch> batches) {
    auto target = makeCpuTarget(chip);
    if (!target) {
      return failed(target.takeError());
    }
    std::vector<llvm::LLVMContext> contexts(batches.size());
    std::vector<std::unique_ptr<llvm::Module>> modules;
    for (auto [batch, context] : llvm::zip_equal(batches, contexts)) {
      modules.push_back(translate(batch, *target, context));
      if (!modules.back()) {
        return failure();
      }
    }
    auto code = compile(modules);
    if (!code) {
      return failed(code.takeError());
    }
    setAttributes(*code, *target);
    return success();
  }

  void setAttributes(StringRef code, const CpuTarget &target) {
    Builder builder(&getContext());
    getOperation()->setAttr(kKernelsAttr, builder.getStringAttr(code));
    getOperation()->setAttr(kChipAttr, builder.getStringAttr(target.chip));
    SmallVector<StringRef> features(target.features.begin(),
                                    target.features.end());
    getOperation()->setAttr(kFeaturesAttr, builder.getStrArrayAttr(features));
  }

  void runOnOperation() override {
    OwningOpRef<ModuleOp> all = ModuleOp::create(getOperation().getLoc());
    SmallVector<Batch> batches = buildFunctions(*all);
    if (emit == "mlir") {
      llvm::outs() << *all << "\n";
    }
    if (mlir::failed(lowerToLlvm(*all)) || mlir::failed(compile(batches))) {
      signalPassFailure();
    }
  }
};

} // namespace
} // namespace sft
