#include "runtime/device/cpu/Routine.h"

#include <algorithm>

namespace sft::rt {

namespace {

std::optional<BlasMatrix> blasMatrixOf(const MatrixView &view) {
  size_t rank = view.dims.size();
  if (view.type != DataType::F32 || rank < 2 ||
      std::any_of(
          view.dims.begin(), view.dims.end() - 2,
          [](int64_t batch) { return batch != 1; })) {
    return std::nullopt;
  }
  int64_t rows = view.dims[rank - 2], columns = view.dims[rank - 1];
  int64_t down = view.strides[rank - 2], along = view.strides[rank - 1];
  auto *data = static_cast<float *>(view.data);
  if (along == 1 && down >= columns) {
    return BlasMatrix{data, rows, columns, down, false};
  }
  if (down == 1 && along >= rows) {
    return BlasMatrix{data, rows, columns, along, true};
  }
  return std::nullopt;
}

/// Below, packing costs more than it gains.
bool isWide(const BlasMatrix &out) {
  constexpr int64_t kLeast = 32; // two vectors
  return std::min(out.rows, out.columns) >= kLeast;
}

bool isLarge(const BlasProduct &product) {
  constexpr int64_t kMultiplications = 1 << 25;
  const auto &[lhs, rhs, out] = product;
  return out.rows * out.columns * lhs.columns >= kMultiplications;
}

/// Copying rhs by rows costs about 12 / rows of the product's time and saves
/// 5 % of it; what it takes in memory has a limit.
bool paysForCopy(const BlasProduct &product) {
  constexpr int64_t kRows = 1024, kCopied = 16 << 20; // bytes
  const BlasMatrix &rhs = product.rhs;
  return product.out.rows >= kRows &&
         rhs.rows * rhs.columns * int64_t(sizeof(float)) <= kCopied;
}

Routine chooseWithoutBias(const BlasProduct &product) {
  const auto &[lhs, rhs, out] = product;
  if (lhs.transposed) {
    return rhs.transposed ? Routine::Matmul : Routine::Sgemm;
  }
  if (!isLarge(product)) {
    return Routine::Matmul;
  }
  if (rhs.transposed) {
    return paysForCopy(product) ? Routine::SgemmOfCopy : Routine::Matmul;
  }
  return Routine::Sgemm;
}

/// Whether there is no bias, or one number for each column.
bool isRow(const MatrixView &bias, int64_t columns) {
  if (!bias.data) {
    return true;
  }
  return bias.type == DataType::F32 && !bias.dims.empty() &&
         bias.dims.back() == columns && bias.strides.back() == 1 &&
         std::all_of(bias.dims.begin(), bias.dims.end() - 1,
                     [](int64_t dim) { return dim == 1; });
}

bool isInnerProduct(const ContractDesc &desc, const BlasProduct &product) {
  const auto &[lhs, rhs, out] = product;
  bool dense = lhs.isDense() && rhs.isDense() && out.isDense();
  return dense && !lhs.transposed && !rhs.transposed && desc.alpha == 1.0f &&
         out.columns <= kMostColumns && isRow(desc.bias, out.columns);
}

} // namespace

std::optional<BlasProduct> blasProductOf(const ContractDesc &desc) {
  auto lhs = blasMatrixOf(desc.lhs), rhs = blasMatrixOf(desc.rhs),
       out = blasMatrixOf(desc.out);
  if (!lhs || !rhs || !out || out->transposed) {
    return std::nullopt;
  }
  return BlasProduct{*lhs, *rhs, *out};
}

Routine chooseRoutine(const ContractDesc &desc,
                      const std::optional<BlasProduct> &product) {
  if (!product || !isWide(product->out)) {
    return Routine::Matmul;
  }
  if (!desc.bias.data && desc.activation == Activation::None) {
    return chooseWithoutBias(*product);
  }
  return isLarge(*product) && isInnerProduct(desc, *product)
             ? Routine::InnerProduct
             : Routine::Matmul;
}

} // namespace sft::rt
