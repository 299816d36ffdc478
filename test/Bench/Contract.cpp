// GF/s of prepared contractions on one thread, for the layers of the speed
// table: forward X W, dW = X^T dY, dX = dY W^T.
#include "runtime/device/Device.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sys/mman.h>

using namespace sft::rt;

namespace {

struct Matrix {
  int64_t dims[2];
  int64_t strides[2];
  void *data;

  MatrixView view() const { return {data, DataType::F32, dims, strides}; }
  Matrix transposed() const {
    return {{dims[1], dims[0]}, {strides[1], strides[0]}, data};
  }
};

/// As the arena's memory: 2 MiB-aligned, on huge pages where there are any.
Matrix makeMatrix(int64_t rows, int64_t columns) {
  constexpr size_t kPage = size_t(2) << 20;
  size_t bytes = (size_t(rows * columns) * 4 + kPage - 1) / kPage * kPage;
  auto *data = static_cast<float *>(std::aligned_alloc(kPage, bytes));
  madvise(data, bytes, MADV_HUGEPAGE);
  for (size_t i = 0; i < bytes / 4; ++i) {
    data[i] = float(i % 7) - 3.0f;
  }
  return {{rows, columns}, {columns, 1}, data};
}

double secondsEach(PreparedContract &contract, double flops) {
  using Clock = std::chrono::steady_clock;
  int count = std::clamp(int(4e8 / flops), 3, 100000);
  double best = 1e9;
  contract.execute();
  for (int round = 0; round < 5; ++round) {
    auto begin = Clock::now();
    for (int i = 0; i < count; ++i) {
      contract.execute();
    }
    std::chrono::duration<double> took = Clock::now() - begin;
    best = std::min(best, took.count() / count);
  }
  return best;
}

void measure(Device &device, const char *what, const Matrix &lhs,
             const Matrix &rhs, const Matrix &out) {
  auto contract = device.prepareContract(
      {.lhs = lhs.view(), .rhs = rhs.view(), .out = out.view(), .bias = {}});
  if (!contract) {
    printf("%s\n", contract.status().message().c_str());
    return;
  }
  double flops =
      2.0 * double(lhs.dims[0]) * double(lhs.dims[1]) * double(rhs.dims[1]);
  double seconds = secondsEach(**contract, flops);
  printf("  %-7s %5ld x %5ld x %5ld  %10.2f us  %6.1f GF/s\n", what,
         long(lhs.dims[0]), long(lhs.dims[1]), long(rhs.dims[1]), seconds * 1e6,
         flops / seconds * 1e-9);
}

void measureLayer(Device &device, int64_t rows, int64_t in, int64_t out) {
  Matrix x = makeMatrix(rows, in), w = makeMatrix(in, out),
         y = makeMatrix(rows, out);
  measure(device, "forward", x, w, y);
  measure(device, "dW", x.transposed(), y, w);
  measure(device, "dX", y, w.transposed(), x);
  for (const Matrix &matrix : {x, w, y}) {
    std::free(matrix.data);
  }
}

} // namespace

int main() {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  struct {
    const char *name;
    int64_t rows;
    std::initializer_list<int64_t> widths;
  } models[] = {
      {"housing", 16, {13, 64, 1}},
      {"digits", 32, {64, 128, 10}},
      {"sft-dense", 16, {10000, 100}},
      {"mlp 784", 128, {784, 512, 512, 10}},
      {"mlp 1024", 256, {1024, 4096, 4096, 1024}},
      {"gpt, a half of its heads", 4096, {384, 192, 384}},
      {"gpt, a half of its perceptron", 4096, {384, 768, 384}},
  };
  for (const auto &model : models) {
    printf("%s, %ld rows a rank\n", model.name, long(model.rows));
    for (auto in = model.widths.begin(); in + 1 != model.widths.end(); ++in) {
      measureLayer(*device, model.rows, in[0], in[1]);
    }
  }
}
