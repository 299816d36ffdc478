#include "runtime/device/cpu/CpuPrimitive.h"

namespace sft::rt {

namespace {

using Dims = dnnl::memory::dims;

/// Everything bound; execute() goes through the C interface, which neither
/// throws nor builds a map.
class BoundPrimitive final : public PreparedContract {
public:
  BoundPrimitive(dnnl::primitive primitive, dnnl::stream stream,
                 std::shared_ptr<Scratch> scratch)
      : primitive(std::move(primitive)), stream(std::move(stream)),
        scratch(std::move(scratch)) {}

  void bind(int argument, dnnl::memory memory) {
    args.push_back({argument, memory.get()});
    memories.push_back(std::move(memory));
  }

  /// The last to be bound.
  void bindScratch(const dnnl::memory::desc &desc, const dnnl::engine &engine) {
    scratch->reserve(desc.get_size());
    bind(DNNL_ARG_SCRATCHPAD, {desc, engine, scratch->data()});
  }

  bool execute() override {
    return dnnl_memory_set_data_handle(args.back().memory, scratch->data()) ==
               dnnl_success &&
           dnnl_primitive_execute(primitive.get(), stream.get(),
                                  int(args.size()),
                                  args.data()) == dnnl_success;
  }

private:
  dnnl::primitive primitive;
  dnnl::stream stream;
  std::shared_ptr<Scratch> scratch;
  std::vector<dnnl_exec_arg_t> args;
  std::vector<dnnl::memory> memories;
};

dnnl::memory::data_type typeOf(DataType type) {
  switch (type) {
  case DataType::F32:
    return dnnl::memory::data_type::f32;
  case DataType::BF16:
    return dnnl::memory::data_type::bf16;
  default:
    return dnnl::memory::data_type::undef;
  }
}

/// The view with leading dimensions of size 1 up to `rank`.
dnnl::memory::desc describe(const MatrixView &view, size_t rank) {
  size_t missing = rank - std::min(rank, view.dims.size());
  Dims dims(missing, 1), strides;
  dims.insert(dims.end(), view.dims.begin(), view.dims.end());
  int64_t outermost = view.dims.empty() ? 1 : view.dims[0] * view.strides[0];
  strides.assign(missing, std::max<int64_t>(outermost, 1));
  strides.insert(strides.end(), view.strides.begin(), view.strides.end());
  return {dims, typeOf(view.type), strides};
}

void appendActivation(dnnl::post_ops &ops, Activation activation) {
  using dnnl::algorithm;
  switch (activation) {
  case Activation::None:
    return;
  case Activation::Relu:
    return ops.append_eltwise(1.0f, algorithm::eltwise_relu, 0, 0);
  case Activation::Tanh:
    return ops.append_eltwise(1.0f, algorithm::eltwise_tanh, 0, 0);
  case Activation::Sigmoid:
    return ops.append_eltwise(1.0f, algorithm::eltwise_logistic, 0, 0);
  case Activation::GeluTanh:
    return ops.append_eltwise(1.0f, algorithm::eltwise_gelu_tanh, 0, 0);
  case Activation::GeluErf:
    return ops.append_eltwise(1.0f, algorithm::eltwise_gelu_erf, 0, 0);
  case Activation::Silu:
    return ops.append_eltwise(1.0f, algorithm::eltwise_swish, 1.0f, 0);
  }
}

/// The operands as a primitive sees them.
struct Operands {
  dnnl::memory::desc lhs, rhs, out, bias;
};

/// What follows the sum of products, and as which argument the bias is bound:
/// oneDNN's own is added before the scale, so a scaled product takes it as a
/// post-op.
struct Epilogue {
  dnnl::primitive_attr attributes;
  int biasArgument = 0;
};

Epilogue epilogueOf(const ContractDesc &desc, const dnnl::memory::desc &bias) {
  Epilogue epilogue;
  dnnl::post_ops ops;
  if (desc.beta != 0.0f) {
    ops.append_sum(desc.beta);
  }
  if (desc.bias.data) {
    epilogue.biasArgument = DNNL_ARG_BIAS;
    if (desc.alpha != 1.0f) {
      epilogue.biasArgument =
          DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops.len()) | DNNL_ARG_SRC_1;
      ops.append_binary(dnnl::algorithm::binary_add, bias);
    }
  }
  appendActivation(ops, desc.activation);
  epilogue.attributes.set_post_ops(ops);
  epilogue.attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (desc.alpha != 1.0f) {
    epilogue.attributes.set_output_scales(0, {desc.alpha});
  }
  return epilogue;
}

template <typename Primitive>
std::unique_ptr<PreparedContract>
bindAll(const typename Primitive::primitive_desc &chosen,
        const ContractDesc &desc, const Operands &operands, int biasArgument,
        const dnnl::stream &stream, std::shared_ptr<Scratch> scratch) {
  dnnl::engine engine = stream.get_engine();
  auto contract = std::make_unique<BoundPrimitive>(Primitive(chosen), stream,
                                                   std::move(scratch));
  contract->bind(DNNL_ARG_SRC, {operands.lhs, engine, desc.lhs.data});
  contract->bind(DNNL_ARG_WEIGHTS, {operands.rhs, engine, desc.rhs.data});
  contract->bind(DNNL_ARG_DST, {operands.out, engine, desc.out.data});
  if (desc.bias.data) {
    contract->bind(biasArgument, {operands.bias, engine, desc.bias.data});
  }
  contract->bindScratch(chosen.scratchpad_desc(), engine);
  return contract;
}

dnnl::memory::desc describe(const BlasMatrix &matrix) {
  return {Dims{matrix.rows, matrix.columns}, dnnl::memory::data_type::f32,
          Dims{matrix.columns, 1}};
}

/// An inner product's weights have a row for each column of the result.
dnnl::memory::desc describeAsWeights(const BlasMatrix &matrix) {
  return {Dims{matrix.columns, matrix.rows}, dnnl::memory::data_type::f32,
          Dims{1, matrix.columns}};
}

} // namespace

std::unique_ptr<PreparedContract>
prepareMatmul(const ContractDesc &desc, const dnnl::stream &stream,
              std::shared_ptr<Scratch> scratch) {
  size_t rank = desc.out.dims.size();
  Operands operands{.lhs = describe(desc.lhs, rank),
                    .rhs = describe(desc.rhs, rank),
                    .out = describe(desc.out, rank),
                    .bias = {}};
  if (desc.bias.data) {
    operands.bias = describe(desc.bias, rank);
  }
  Epilogue epilogue = epilogueOf(desc, operands.bias);
  const auto &[lhs, rhs, out, bias] = operands;
  dnnl::matmul::desc product = epilogue.biasArgument == DNNL_ARG_BIAS
                                   ? dnnl::matmul::desc(lhs, rhs, bias, out)
                                   : dnnl::matmul::desc(lhs, rhs, out);
  dnnl::matmul::primitive_desc chosen(product, epilogue.attributes,
                                      stream.get_engine());
  return bindAll<dnnl::matmul>(chosen, desc, operands, epilogue.biasArgument,
                               stream, std::move(scratch));
}

std::unique_ptr<PreparedContract>
prepareInnerProduct(const ContractDesc &desc, const BlasProduct &product,
                    const dnnl::stream &stream,
                    std::shared_ptr<Scratch> scratch) {
  using InnerProduct = dnnl::inner_product_forward;
  Operands operands{.lhs = describe(product.lhs),
                    .rhs = describeAsWeights(product.rhs),
                    .out = describe(product.out),
                    .bias = {}};
  if (desc.bias.data) {
    operands.bias = {Dims{product.out.columns}, dnnl::memory::data_type::f32,
                     Dims{1}};
  }
  const auto &[lhs, rhs, out, bias] = operands;
  Epilogue epilogue = epilogueOf(desc, bias);
  InnerProduct::desc layer(dnnl::prop_kind::forward_inference, lhs, rhs, bias,
                           out);
  InnerProduct::primitive_desc chosen(layer, epilogue.attributes,
                                      stream.get_engine());
  return bindAll<InnerProduct>(chosen, desc, operands, epilogue.biasArgument,
                               stream, std::move(scratch));
}

} // namespace sft::rt
