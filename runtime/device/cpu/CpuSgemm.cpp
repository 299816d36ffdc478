#include "runtime/device/cpu/CpuSgemm.h"

#include <algorithm>

namespace sft::rt {

namespace {

dnnl::memory::desc describe(const BlasMatrix &matrix) {
  using Dims = dnnl::memory::dims;
  return {Dims{matrix.rows, matrix.columns}, dnnl::memory::data_type::f32,
          matrix.transposed ? Dims{1, matrix.leading}
                            : Dims{matrix.leading, 1}};
}

class Sgemm : public PreparedContract {
public:
  Sgemm(const BlasProduct &product, float alpha, float beta)
      : product(product), alpha(alpha), beta(beta),
        width(widthOfParts(product.out.columns)) {}

  bool execute() override {
    int64_t columns = product.out.columns;
    for (int64_t i = 0; i < columns; i += width) {
      if (!multiply(i, std::min(width, columns - i))) {
        return false;
      }
    }
    return true;
  }

protected:
  BlasProduct product;

private:
  /// Columns [first, first + count) of the result.
  bool multiply(int64_t first, int64_t count) const {
    const auto &[lhs, rhs, out] = product;
    const float *part = rhs.data + first * (rhs.transposed ? rhs.leading : 1);
    return dnnl_sgemm(lhs.transposed ? 'T' : 'N', rhs.transposed ? 'T' : 'N',
                      out.rows, count, lhs.columns, alpha, lhs.data,
                      lhs.leading, part, rhs.leading, beta, out.data + first,
                      out.leading) == dnnl_success;
  }

  /// Equal parts of at most kMostColumns, in whole vectors: a narrow last one
  /// would take as long as a wide one.
  static int64_t widthOfParts(int64_t columns) {
    constexpr int64_t kVector = 16;
    int64_t parts = (columns + kMostColumns - 1) / kMostColumns;
    int64_t width = (columns + parts - 1) / parts;
    return (width + kVector - 1) / kVector * kVector;
  }

  float alpha, beta;
  int64_t width; ///< columns computed at once
};

class SgemmOfCopy final : public Sgemm {
public:
  SgemmOfCopy(const BlasProduct &given, float alpha, float beta,
              const dnnl::stream &stream, std::shared_ptr<Scratch> shared)
      : Sgemm(given, alpha, beta), stream(stream), scratch(std::move(shared)) {
    BlasMatrix &rhs = product.rhs;
    source = {describe(rhs), stream.get_engine(), rhs.data};
    rhs.transposed = false;
    rhs.leading = rhs.columns;
    scratch->reserve(size_t(rhs.rows * rhs.columns) * sizeof(float));
    copy = {describe(rhs), stream.get_engine(), scratch->data()};
    reorder = {source, copy};
  }

  bool execute() override {
    product.rhs.data = static_cast<float *>(scratch->data());
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, source.get()},
                              {DNNL_ARG_TO, copy.get()}};
    return dnnl_memory_set_data_handle(copy.get(), scratch->data()) ==
               dnnl_success &&
           dnnl_primitive_execute(reorder.get(), stream.get(), 2, args) ==
               dnnl_success &&
           Sgemm::execute();
  }

private:
  dnnl::stream stream;
  std::shared_ptr<Scratch> scratch;
  dnnl::memory source, copy;
  dnnl::reorder reorder;
};

} // namespace

std::unique_ptr<PreparedContract>
prepareSgemm(const BlasProduct &product, float alpha, float beta, bool copyRhs,
             const dnnl::stream &stream, std::shared_ptr<Scratch> scratch) {
  if (!copyRhs) {
    return std::make_unique<Sgemm>(product, alpha, beta);
  }
  return std::make_unique<SgemmOfCopy>(product, alpha, beta, stream,
                                       std::move(scratch));
}

} // namespace sft::rt
