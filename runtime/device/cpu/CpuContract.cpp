#include "runtime/device/cpu/CpuContract.h"

#include <dnnl.hpp>

namespace sft::rt {

struct CpuContracts::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
};

namespace {

using Dims = dnnl::memory::dims;

/// Everything bound; execute() goes through the C interface, which neither
/// throws nor builds a map.
class OneDnnContract final : public PreparedContract {
public:
  OneDnnContract(dnnl::primitive primitive, dnnl::stream stream)
      : primitive(std::move(primitive)), stream(std::move(stream)) {}

  void bind(int argument, dnnl::memory memory) {
    args.push_back({argument, memory.get()});
    memories.push_back(std::move(memory));
  }

  bool execute() override {
    return dnnl_primitive_execute(primitive.get(), stream.get(),
                                  int(args.size()),
                                  args.data()) == dnnl_success;
  }

private:
  dnnl::primitive primitive;
  dnnl::stream stream;
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

/// The bias as oneDNN sees it, and as which argument it is bound: its own bias
/// is added before the scale, so a scaled product takes it as a post-op.
struct Bias {
  dnnl::memory::desc desc;
  int argument = 0;
};

std::unique_ptr<PreparedContract> build(const ContractDesc &desc,
                                        const dnnl::engine &engine,
                                        const dnnl::stream &stream) {
  size_t rank = desc.out.dims.size();
  auto lhs = describe(desc.lhs, rank), rhs = describe(desc.rhs, rank);
  auto out = describe(desc.out, rank);
  dnnl::post_ops ops;
  Bias bias;
  if (desc.beta != 0.0f) {
    ops.append_sum(desc.beta);
  }
  if (desc.bias.data) {
    bias.desc = describe(desc.bias, rank);
    bias.argument = DNNL_ARG_BIAS;
    if (desc.alpha != 1.0f) {
      bias.argument =
          DNNL_ARG_ATTR_MULTIPLE_POST_OP(ops.len()) | DNNL_ARG_SRC_1;
      ops.append_binary(dnnl::algorithm::binary_add, bias.desc);
    }
  }
  appendActivation(ops, desc.activation);

  dnnl::primitive_attr attributes;
  attributes.set_post_ops(ops);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  if (desc.alpha != 1.0f) {
    attributes.set_output_scales(0, {desc.alpha});
  }
  dnnl::matmul::desc product =
      bias.argument == DNNL_ARG_BIAS
          ? dnnl::matmul::desc(lhs, rhs, bias.desc, out)
          : dnnl::matmul::desc(lhs, rhs, out);
  dnnl::matmul::primitive_desc chosen(product, attributes, engine);

  auto contract =
      std::make_unique<OneDnnContract>(dnnl::matmul(chosen), stream);
  contract->bind(DNNL_ARG_SRC, {lhs, engine, desc.lhs.data});
  contract->bind(DNNL_ARG_WEIGHTS, {rhs, engine, desc.rhs.data});
  contract->bind(DNNL_ARG_DST, {out, engine, desc.out.data});
  if (desc.bias.data) {
    contract->bind(bias.argument, {bias.desc, engine, desc.bias.data});
  }
  contract->bind(DNNL_ARG_SCRATCHPAD, {chosen.scratchpad_desc(), engine});
  return contract;
}

std::string shapeOf(const MatrixView &view) {
  std::string text;
  for (int64_t dim : view.dims) {
    text += (text.empty() ? "" : "x") + std::to_string(dim);
  }
  return text + name(view.type);
}

} // namespace

CpuContracts::CpuContracts() : impl(std::make_unique<Impl>()) {}
CpuContracts::~CpuContracts() = default;

Expected<std::unique_ptr<PreparedContract>>
CpuContracts::prepare(const ContractDesc &desc) {
  try {
    return build(desc, impl->engine, impl->stream);
  } catch (const std::exception &error) {
    return Status::error(
        Code::Config, 605,
        format("oneDNN cannot prepare the product %s * %s -> %s: %s",
               shapeOf(desc.lhs).c_str(), shapeOf(desc.rhs).c_str(),
               shapeOf(desc.out).c_str(), error.what()));
  }
}

} // namespace sft::rt
