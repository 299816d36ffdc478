#include "runtime/device/cpu/CpuContract.h"

#include "runtime/device/cpu/CpuPrimitive.h"
#include "runtime/device/cpu/CpuSgemm.h"

namespace sft::rt {

struct CpuContracts::Impl {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0}; ///< the stream needs it
  dnnl::stream stream{engine};
  std::shared_ptr<Scratch> scratch = std::make_shared<Scratch>();

  std::unique_ptr<PreparedContract> prepare(const ContractDesc &desc) const;
};

std::unique_ptr<PreparedContract>
CpuContracts::Impl::prepare(const ContractDesc &desc) const {
  std::optional<BlasProduct> product = blasProductOf(desc);
  Routine routine = chooseRoutine(desc, product);
  switch (routine) {
  case Routine::Matmul:
    return prepareMatmul(desc, stream, scratch);
  case Routine::InnerProduct:
    return prepareInnerProduct(desc, *product, stream, scratch);
  case Routine::Sgemm:
  case Routine::SgemmOfCopy:
    return prepareSgemm(*product, desc.alpha, desc.beta,
                        routine == Routine::SgemmOfCopy, stream, scratch);
  }
  return nullptr;
}

namespace {

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
    return impl->prepare(desc);
  } catch (const std::exception &error) {
    return Status::error(
        Code::Config, 605,
        format("oneDNN cannot prepare the product %s * %s -> %s: %s",
               shapeOf(desc.lhs).c_str(), shapeOf(desc.rhs).c_str(),
               shapeOf(desc.out).c_str(), error.what()));
  }
}

} // namespace sft::rt
