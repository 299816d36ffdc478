//===- Attributes.td - Initialisers, optimizers, schedules --*- tablegen -*-===//
#ifndef SFT_ATTRIBUTES_TD
#define SFT_ATTRIBUTES_TD

include "dialects/sft/Dialect.td"
include "dialects/sft/Interfaces.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def Sft_ReduceKind : I32EnumAttr<"ReduceKind", "how values combine", [
    I32EnumAttrCase<"Sum", 0, "sum">, I32EnumAttrCase<"Max", 1, "max">,
    I32EnumAttrCase<"Min", 2, "min">]> {
  let cppNamespace = "::sft";
}

class Sft_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Sft_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

// A number in an attribute, printed as the shortest text that reads back.
class Sft_Double<string default>
    : AttrOrTypeParameter<"::sft::Number", ""> {
  let defaultValue = "::sft::Number(" # default # ")";
  let parser = "::sft::parseNumber($_parser)";
  let printer = "::sft::printNumber($_printer, $_self)";
}
def Sft_RequiredDouble : AttrOrTypeParameter<"::sft::Number", ""> {
  let parser = "::sft::parseNumber($_parser)";
  let printer = "::sft::printNumber($_printer, $_self)";
}

//===----------------------------------------------------------------------===//
// Initialisers. Fans are those of an [inputs, outputs] matrix; leading
// dimensions of higher ranks count into both, as a receptive field.
//===----------------------------------------------------------------------===//

class Sft_Initializer<string name, string mnemonic>
    : Sft_Attr<name, mnemonic,
               [DeclareAttrInterfaceMethods<Sft_InitializerAttrInterface>]>;

def Sft_ZerosAttr : Sft_Initializer<"Zeros", "zeros"> {
  let summary = "All zero";
}
def Sft_OnesAttr : Sft_Initializer<"Ones", "ones"> {
  let summary = "All one";
}
def Sft_ConstantInitAttr : Sft_Initializer<"ConstantInit", "constant"> {
  let summary = "One value: `#sft.constant<0.5>`";
  let parameters = (ins Sft_RequiredDouble:$value);
  let assemblyFormat = "`<` $value `>`";
  let genVerifyDecl = 1;
}
def Sft_UniformAttr : Sft_Initializer<"Uniform", "uniform"> {
  let summary = "Uniform on [low, high): `#sft.uniform<low = -0.1, high = 0.1>`";
  let parameters = (ins Sft_Double<"-0.05">:$low, Sft_Double<"0.05">:$high);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}
def Sft_NormalAttr : Sft_Initializer<"Normal", "normal"> {
  let summary = "Normal: `#sft.normal<mean = 0.0, stddev = 0.02>`";
  let parameters = (ins Sft_Double<"0.0">:$mean, Sft_Double<"1.0">:$stddev);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}
def Sft_TruncatedNormalAttr
    : Sft_Initializer<"TruncatedNormal", "truncated_normal"> {
  let summary = "Normal, cut at two standard deviations from the mean";
  let parameters = (ins Sft_Double<"0.0">:$mean, Sft_Double<"1.0">:$stddev);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let genVerifyDecl = 1;
}
def Sft_GlorotUniformAttr : Sft_Initializer<"GlorotUniform", "glorot_uniform"> {
  let summary = "Uniform within sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010)";
}
def Sft_GlorotNormalAttr : Sft_Initializer<"GlorotNormal", "glorot_normal"> {
  let summary = "Normal with stddev sqrt(2 / (fan_in + fan_out)) (Glorot & Bengio 2010)";
}
def Sft_HeUniformAttr : Sft_Initializer<"HeUniform", "he_uniform"> {
  let summary = "Uniform within sqrt(6 / fan_in) (He et al. 2015)";
}
def Sft_HeNormalAttr : Sft_Initializer<"HeNormal", "he_normal"> {
  let summary = "Normal with stddev sqrt(2 / fan_in) (He et al. 2015)";
}

//===----------------------------------------------------------------------===//
// Optimizers, in torch.optim's recurrences: g the gradient, p the parameter, t
// the step from 1, eps outside the root. weight_decay adds weight_decay * p to g,
// except in AdamW, where it is decoupled. With `lazy = true`, rows of a
// row-sparse gradient (W of one sft.transform, the table of one sft.embedding)
// that did not occur in the batch keep parameter and state: neither decay nor
// momentum moves them.
//===----------------------------------------------------------------------===//

class Sft_Optimizer<string name, string mnemonic>
    : Sft_Attr<name, mnemonic,
               [DeclareAttrInterfaceMethods<Sft_OptimizerAttrInterface,
                   ["getLearningRate", "isLazy", "getStateNames",
                    "buildUpdate"]>]> {
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let extraClassDefinition = [{
    double $cppClass::getLearningRate() const { return getLr(); }
    bool $cppClass::isLazy() const { return getLazy(); }
  }];
}

def Sft_SgdAttr : Sft_Optimizer<"Sgd", "sgd"> {
  let summary = "Gradient descent, with momentum (Polyak) or Nesterov's";
  let description = [{
    `#sft.sgd<lr = 0.1, momentum = 0.9, nesterov = true>`:
    b = momentum * b + g; p -= lr * (nesterov ? g + momentum * b : b).
    State: b as "momentum"; none without momentum.
  }];
  let parameters = (ins Sft_Double<"0.01">:$lr, Sft_Double<"0.0">:$momentum,
                        DefaultValuedParameter<"bool", "false">:$nesterov,
                        Sft_Double<"0.0">:$weight_decay,
                        DefaultValuedParameter<"bool", "false">:$lazy);
  let genVerifyDecl = 1;
}
def Sft_AdagradAttr : Sft_Optimizer<"Adagrad", "adagrad"> {
  let summary = "AdaGrad (Duchi et al. 2011): v += g^2; p -= lr * g / (sqrt(v) + eps)";
  let description = "`#sft.adagrad<lr = 0.01>`. State: v.";
  let parameters = (ins Sft_Double<"0.01">:$lr, Sft_Double<"1e-10">:$eps,
                        Sft_Double<"0.0">:$weight_decay,
                        DefaultValuedParameter<"bool", "false">:$lazy);
  let genVerifyDecl = 1;
}
def Sft_RmspropAttr : Sft_Optimizer<"Rmsprop", "rmsprop"> {
  let summary = "RMSProp (Hinton): v = alpha v + (1 - alpha) g^2; p -= lr * g / (sqrt(v) + eps), with optional momentum";
  let description = [{
    `#sft.rmsprop<lr = 0.01, momentum = 0.9>`: with momentum,
    b = momentum * b + g / (sqrt(v) + eps); p -= lr * b.
    State: v, and with momentum b as "momentum".
  }];
  let parameters = (ins Sft_Double<"0.01">:$lr, Sft_Double<"0.99">:$alpha,
                        Sft_Double<"1e-8">:$eps, Sft_Double<"0.0">:$momentum,
                        Sft_Double<"0.0">:$weight_decay,
                        DefaultValuedParameter<"bool", "false">:$lazy);
  let genVerifyDecl = 1;
}
def Sft_AdamAttr : Sft_Optimizer<"Adam", "adam"> {
  let summary = "Adam (Kingma & Ba 2015), with bias correction";
  let description = [{
    `#sft.adam<lr = 1.0e-3, beta1 = 0.9, beta2 = 0.999, eps = 1.0e-8>`:
    m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
    p -= lr / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + eps).
    State: m, v.
  }];
  let parameters = (ins Sft_Double<"0.001">:$lr, Sft_Double<"0.9">:$beta1,
                        Sft_Double<"0.999">:$beta2, Sft_Double<"1e-8">:$eps,
                        Sft_Double<"0.0">:$weight_decay,
                        DefaultValuedParameter<"bool", "false">:$lazy);
  let genVerifyDecl = 1;
}
def Sft_AdamwAttr : Sft_Optimizer<"Adamw", "adamw"> {
  let summary = "Adam with decoupled weight decay (Loshchilov & Hutter 2019)";
  let description = [{
    `#sft.adamw<lr = 1.0e-3, weight_decay = 0.01>`: p is multiplied by
    1 - lr * weight_decay, then moves as by Adam. State: m, v.
  }];
  let parameters = (ins Sft_Double<"0.001">:$lr, Sft_Double<"0.9">:$beta1,
                        Sft_Double<"0.999">:$beta2, Sft_Double<"1e-8">:$eps,
                        Sft_Double<"0.01">:$weight_decay,
                        DefaultValuedParameter<"bool", "false">:$lazy);
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Learning-rate schedules: factors of the base rate at 0-based step t.
//===----------------------------------------------------------------------===//

class Sft_Schedule<string name, string mnemonic>
    : Sft_Attr<name, mnemonic,
               [DeclareAttrInterfaceMethods<Sft_ScheduleAttrInterface>]>;

def Sft_ConstantRateAttr : Sft_Schedule<"ConstantRate", "constant_rate"> {
  let summary = "The base rate throughout";
}
def Sft_StepDecayAttr : Sft_Schedule<"StepDecay", "step_decay"> {
  let summary = "factor ^ floor(t / every): `#sft.step_decay<every = 100, factor = 0.5>`";
  let parameters = (ins "int64_t":$every, Sft_Double<"0.1">:$factor);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def Sft_CosineAttr : Sft_Schedule<"Cosine", "cosine"> {
  let summary = "From 1 to `floor` in `steps` steps along half a cosine (Loshchilov & Hutter 2017)";
  let parameters = (ins "int64_t":$steps, Sft_Double<"0.0">:$floor);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}
def Sft_WarmupAttr : Sft_Schedule<"Warmup", "warmup"> {
  let summary = "Linear from 1/steps to 1 in `steps` steps, then schedule `then` counted from there";
  let parameters = (ins "int64_t":$steps,
                        OptionalParameter<"::mlir::Attribute">:$then);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

//===----------------------------------------------------------------------===//
// Meshes and shardings.
//===----------------------------------------------------------------------===//

def Sft_MeshAttr : Sft_Attr<"Mesh", "mesh"> {
  let summary = "Named axes of ranks: `#sft.mesh<\"data\" = 2, \"tensor\" = 2>`";
  let description = [{
    Ranks are numbered row-major: the last axis varies fastest. On the module as
    `sft.mesh`.

    An axis may stand in parts (sub-axes), `"tensor:0" = 2, "tensor:1" = 2` for
    `"tensor" = 4`: next to each other, numbered from 0, major first, so that
    every rank keeps its number. Annotations go on naming the axis, and where all
    parts stand together in order, people read its own name. Passes see nothing
    but axes; sft-split-axes makes parts where a factor cannot be cut otherwise.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::StringAttr">:$names,
                        ArrayRefParameter<"int64_t">:$sizes);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    int64_t getNumRanks() const;
    /// Index of an axis, or -1.
    int64_t indexOf(::mlir::StringRef axis) const;
    /// The axis of this name, or all its parts, major first; empty if the mesh
    /// has neither.
    ::llvm::SmallVector<int64_t> axesOf(::mlir::StringRef name) const;
    /// The axis that this one is or is part of: "tensor" of "tensor:1".
    ::mlir::StringRef ownerOf(int64_t axis) const;
    /// True of "tensor:1".
    bool isPart(int64_t axis) const;
    /// Product of the sizes of these axes.
    int64_t sizeOf(::mlir::ArrayRef<int64_t> axes) const;
    /// "data,tensor" for these axes; all parts of an axis in order are the axis.
    ::std::string nameOf(::mlir::ArrayRef<int64_t> axes) const;
  }];
}

def Sft_ShardingAttr : Sft_Attr<"Sharding", "sharding"> {
  let summary = "Who holds what of a value: `#sft.sharding<[[0], []], partial sum [1]>`";
  let description = [{
    For each dimension the mesh axes (by index, major first) over which it is
    cut, and the axes over which the value is a partial result that still has to
    be combined. An axis occurs once at most.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::DenseI64ArrayAttr">:$dims,
                        ArrayRefParameter<"int64_t">:$partial,
                        DefaultValuedParameter<"::sft::ReduceKind",
                            "::sft::ReduceKind::Sum">:$reduce);
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    static ShardingAttr replicated(::mlir::MLIRContext *context, int64_t rank);
    bool isReplicated() const;
    bool isPartial() const { return !getPartial().empty(); }
    /// The same sharding, whole instead of partial.
    ShardingAttr withoutPartial() const;
    /// The same sharding but for the axes of one dimension.
    ShardingAttr withDim(size_t dim, ::mlir::ArrayRef<int64_t> axes) const;
    ShardingAttr withPartial(::mlir::ArrayRef<int64_t> axes,
                             ::sft::ReduceKind reduce) const;
    /// Mesh axes that cut some dimension.
    ::llvm::SmallVector<int64_t> shardedAxes() const;
  }];
}

def Sft_AnnotationAttr : Sft_Attr<"Annotation", "shard"> {
  let summary = "Over which mesh axes a person wants a value cut: `#sft.shard<[-, tensor]>`";
  let description = [{
    For each dimension a mesh axis by name, several as `{data, tensor}` (major
    first), or `-` for none. An axis that the mesh has in parts means all of them. Axes that the mesh lacks count as of size 1, so
    that the same model serves every mesh. Where annotations contradict each
    other, the lower `priority` wins; inputs cut over "data" have 0 as well:
    `#sft.shard<[-, tensor], priority = 1>`.
  }];
  let parameters = (ins ArrayRefParameter<"::mlir::ArrayAttr">:$dims,
                        DefaultValuedParameter<"int64_t", "0">:$priority);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // SFT_ATTRIBUTES_TD
