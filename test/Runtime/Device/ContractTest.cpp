// Prepared contractions against plain loops in double precision.
#include "runtime/device/Device.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace sft::rt;

struct Case {
  const char *name;
  int64_t batch, m, k, n;
  bool transposeLhs, transposeRhs, broadcastRhs;
  bool bias;
  Activation activation;
  float alpha, beta;
};

double activate(Activation activation, double x) {
  switch (activation) {
  case Activation::None:
    return x;
  case Activation::Relu:
    return std::max(x, 0.0);
  case Activation::Tanh:
    return std::tanh(x);
  case Activation::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case Activation::GeluTanh:
    return 0.5 * x *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  case Activation::GeluErf:
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2)));
  case Activation::Silu:
    return x / (1 + std::exp(-x));
  }
  return x;
}

std::vector<float> numbers(int64_t count, int start) {
  std::vector<float> out(static_cast<size_t>(count));
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = std::sin(float(int(i) * 37 + start));
  }
  return out;
}

class Contract : public testing::TestWithParam<Case> {};

TEST_P(Contract, MatchesALoop) {
  const Case &c = GetParam();
  int64_t rhsBatch = c.broadcastRhs ? 1 : c.batch;
  std::vector<float> lhs = numbers(c.batch * c.m * c.k, 1);
  std::vector<float> rhs = numbers(rhsBatch * c.k * c.n, 2);
  std::vector<float> out = numbers(c.batch * c.m * c.n, 3), before = out;
  std::vector<float> bias = numbers(c.n, 4);
  int64_t lhsDims[] = {c.batch, c.m, c.k}, rhsDims[] = {rhsBatch, c.k, c.n};
  int64_t outDims[] = {c.batch, c.m, c.n}, biasDims[] = {c.n}, one[] = {1};
  int64_t lhsStrides[] = {c.m * c.k, c.transposeLhs ? 1 : c.k,
                          c.transposeLhs ? c.m : 1};
  int64_t rhsStrides[] = {c.k * c.n, c.transposeRhs ? 1 : c.n,
                          c.transposeRhs ? c.k : 1};
  int64_t outStrides[] = {c.m * c.n, c.n, 1};

  std::unique_ptr<Device> device = makeCpuDevice(1);
  ContractDesc desc{
      .lhs = {lhs.data(), DataType::F32, lhsDims, lhsStrides},
      .rhs = {rhs.data(), DataType::F32, rhsDims, rhsStrides},
      .out = {out.data(), DataType::F32, outDims, outStrides},
      .bias = {c.bias ? bias.data() : nullptr, DataType::F32, biasDims, one},
      .activation = c.activation,
      .alpha = c.alpha,
      .beta = c.beta};
  auto contract = device->prepareContract(desc);
  ASSERT_TRUE(contract.ok()) << contract.status().message();
  ASSERT_TRUE((*contract)->execute());

  for (int64_t b = 0; b < c.batch; ++b) {
    for (int64_t i = 0; i < c.m; ++i) {
      for (int64_t j = 0; j < c.n; ++j) {
        double sum = 0;
        for (int64_t l = 0; l < c.k; ++l) {
          const float *right =
              rhs.data() + (c.broadcastRhs ? 0 : b * rhsStrides[0]);
          sum += double(lhs[size_t(b * lhsStrides[0] + i * lhsStrides[1] +
                                   l * lhsStrides[2])]) *
                 right[l * rhsStrides[1] + j * rhsStrides[2]];
        }
        auto at = size_t(b * outStrides[0] + i * c.n + j);
        double expected =
            activate(c.activation, c.alpha * sum + c.beta * before[at] +
                                       (c.bias ? bias[size_t(j)] : 0));
        ASSERT_NEAR(out[at], expected, 2e-5 * (1 + std::abs(expected)))
            << b << " " << i << " " << j;
      }
    }
  }
}

constexpr auto None = Activation::None;
INSTANTIATE_TEST_SUITE_P(
    Cpu, Contract,
    testing::Values(
        Case{"plain", 1, 16, 13, 64, 0, 0, 0, 0, None, 1, 0},
        Case{"column", 1, 16, 64, 1, 0, 0, 0, 0, None, 1, 0},
        Case{"lhsTransposed", 1, 13, 16, 64, 1, 0, 0, 0, None, 1, 0},
        Case{"rhsTransposed", 1, 16, 1, 64, 0, 1, 0, 0, None, 1, 0},
        Case{"bothTransposed", 1, 7, 33, 129, 1, 1, 0, 0, None, 1, 0},
        Case{"batched", 3, 5, 7, 9, 0, 0, 0, 0, None, 1, 0},
        Case{"broadcast", 3, 5, 7, 9, 0, 0, 1, 0, None, 1, 0},
        Case{"biasRelu", 1, 32, 64, 128, 0, 0, 0, 1, Activation::Relu, 1, 0},
        Case{"tanh", 1, 8, 16, 24, 0, 0, 0, 1, Activation::Tanh, 1, 0},
        Case{"sigmoid", 1, 8, 16, 24, 0, 0, 0, 1, Activation::Sigmoid, 1, 0},
        Case{"geluTanh", 1, 8, 16, 24, 0, 0, 0, 1, Activation::GeluTanh, 1, 0},
        Case{"geluErf", 1, 8, 16, 24, 0, 0, 0, 1, Activation::GeluErf, 1, 0},
        Case{"silu", 1, 8, 16, 24, 0, 0, 0, 1, Activation::Silu, 1, 0},
        Case{"beta", 1, 8, 16, 24, 0, 0, 0, 0, None, 1, 0.5f},
        Case{"alphaBetaBias", 1, 8, 16, 24, 0, 0, 0, 1, None, 0.25f, 2},
        Case{"everything", 2, 8, 16, 24, 1, 1, 1, 1, Activation::Tanh, 0.5f,
             0.5f}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Device, RefusesWhatTheProcessorCannot) {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  std::string features[] = {"+sse2", "+warp-drive"};
  auto module = device->loadModule({}, "futuristic", features);
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.status().code(), Code::Config);
  EXPECT_NE(module.status().message().find("warp-drive"), std::string::npos);
}

TEST(Device, RefusesCodeThatIsNone) {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  std::byte junk[256] = {};
  auto module = device->loadModule(junk, "x86-64", {});
  ASSERT_FALSE(module.ok());
  EXPECT_EQ(module.status().code(), Code::Data);
}

TEST(Device, FillsWithEveryWidth) {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  for (unsigned width : {1u, 2u, 4u, 8u}) {
    std::vector<std::byte> out(32, std::byte(0xff));
    device->fill(out.data(), 24, 0x0807060504030201u, width);
    for (size_t i = 0; i < 32; ++i) {
      EXPECT_EQ(out[i], i < 24 ? std::byte(i % width + 1) : std::byte(0xff));
    }
  }
}

void countTo(void *const *args, int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    ++static_cast<int *>(args[0])[i];
  }
}

TEST(Device, LaunchCoversEveryIterationOnce) {
  for (int threads : {1, 3}) {
    std::unique_ptr<Device> device = makeCpuDevice(threads);
    std::vector<int> counts(100, 0);
    void *args[] = {counts.data()};
    device->launch(countTo, args, 100, true);
    EXPECT_EQ(counts, std::vector<int>(100, 1)) << threads;
  }
}

} // namespace
