// Prepared contractions against plain loops in double precision.
#include "runtime/device/Device.h"
#include "runtime/device/cpu/Scratch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

namespace {

using namespace sft::rt;

struct Case {
  const char *name;
  int64_t batch, m, k, n;
  bool transposeLhs, transposeRhs, broadcastRhs;
  bool bias;
  Activation activation;
  float alpha, beta;
  int64_t between = 0; ///< elements from the end of a row to the next row
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

/// A matrix of a batch, stored by rows or, transposed, by columns.
struct Operand {
  int64_t dims[3], strides[3];
  std::vector<float> data;

  Operand(int64_t batch, int64_t rows, int64_t columns, bool transposed,
          int64_t between, int start)
      : dims{batch, rows, columns} {
    int64_t leading = (transposed ? rows : columns) + between;
    strides[0] = (transposed ? columns : rows) * leading;
    strides[1] = transposed ? 1 : leading;
    strides[2] = transposed ? leading : 1;
    data = numbers(batch * strides[0], start);
  }
  MatrixView view() { return {data.data(), DataType::F32, dims, strides}; }
  float at(int64_t b, int64_t i, int64_t j) const {
    return data[size_t(b * strides[0] + i * strides[1] + j * strides[2])];
  }
};

/// The operands of a case, its product and what it should be.
struct Problem {
  const Case &c;
  Operand lhs{c.batch, c.m, c.k, c.transposeLhs, c.between, 1};
  Operand rhs{
      c.broadcastRhs ? 1 : c.batch, c.k, c.n, c.transposeRhs, c.between, 2};
  Operand out{c.batch, c.m, c.n, false, c.between, 3}, before = out;
  Operand bias{1, 1, c.n, false, 0, 4};

  /// What a result holds before, counts only where beta is not zero.
  explicit Problem(const Case &c) : c(c) {
    if (c.beta == 0) {
      spoil();
    }
  }
  void spoil() {
    for (int64_t b = 0; b < c.batch; ++b) {
      for (int64_t i = 0; i < c.m; ++i) {
        std::fill_n(&out.data[size_t(b * out.strides[0] + i * out.strides[1])],
                    c.n, NAN);
      }
    }
  }

  Expected<std::unique_ptr<PreparedContract>> prepare(Device &device) {
    MatrixView none;
    return device.prepareContract({.lhs = lhs.view(),
                                   .rhs = rhs.view(),
                                   .out = out.view(),
                                   .bias = c.bias ? bias.view() : none,
                                   .activation = c.activation,
                                   .alpha = c.alpha,
                                   .beta = c.beta});
  }

  /// What lies between rows has to stay.
  double expected(int64_t b, int64_t i, int64_t j) const {
    if (j >= c.n) {
      return before.at(b, i, j);
    }
    double sum = 0;
    for (int64_t l = 0; l < c.k; ++l) {
      sum += double(lhs.at(b, i, l)) * rhs.at(c.broadcastRhs ? 0 : b, l, j);
    }
    return activate(c.activation, c.alpha * sum + c.beta * before.at(b, i, j) +
                                      (c.bias ? bias.at(0, 0, j) : 0));
  }

  void check() const {
    for (int64_t b = 0; b < c.batch; ++b) {
      for (int64_t i = 0; i < c.m; ++i) {
        for (int64_t j = 0; j < c.n + c.between; ++j) {
          double right = expected(b, i, j);
          ASSERT_NEAR(out.at(b, i, j), right, 2e-5 * (1 + std::abs(right)))
              << c.name << " " << b << " " << i << " " << j;
        }
      }
    }
  }
};

TEST_P(Contract, MatchesALoop) {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  Problem problem(GetParam());
  auto contract = problem.prepare(*device);
  ASSERT_TRUE(contract.ok()) << contract.status().message();
  ASSERT_TRUE((*contract)->execute());
  problem.check();
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
             0.5f},
        Case{"wideResult", 1, 40, 33, 70, 1, 0, 0, 0, None, 1, 0},
        Case{"wideResultOfParts", 1, 40, 33, 70, 1, 0, 0, 0, None, 0.5f, 2, 3},
        Case{"manyColumns", 1, 40, 33, 4100, 1, 0, 0, 0, None, 1, 0, 3},
        Case{"large", 1, 512, 260, 256, 0, 0, 0, 0, None, 1, 0},
        Case{"largeOfParts", 1, 512, 260, 256, 0, 0, 0, 0, None, 2, 0.5f, 7},
        Case{"largeRhsTransposed", 1, 1030, 256, 130, 0, 1, 0, 0, None, 1, 0},
        Case{"largeRhsOfParts", 1, 1030, 256, 130, 0, 1, 0, 0, None, 1, 1, 5},
        Case{"largeBias", 1, 1030, 256, 130, 0, 1, 0, 1, None, 1, 0},
        Case{"largeRowsBias", 1, 512, 260, 256, 0, 0, 0, 1, None, 1, 0},
        Case{"largeGelu", 1, 512, 260, 256, 0, 0, 0, 1, Activation::GeluErf, 1,
             2},
        Case{"largeScaledBias", 1, 512, 260, 256, 0, 0, 0, 1, None, 2, 0},
        Case{"largeBiasOfParts", 1, 512, 260, 256, 0, 0, 0, 1, None, 1, 0, 3},
        Case{"largeRelu", 1, 512, 260, 256, 0, 0, 0, 0, Activation::Relu, 1,
             0}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(Device, ScratchGrowsAndNeverShrinks) {
  Scratch scratch;
  EXPECT_EQ(scratch.data(), nullptr);
  scratch.reserve(100);
  void *first = scratch.data();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first) % 64, 0u);
  scratch.reserve(10);
  EXPECT_EQ(scratch.data(), first);
  scratch.reserve(1 << 20);
  std::memset(scratch.data(), 1, 1 << 20);
}

/// Products share their memory, which moves as later ones need more.
TEST(Device, LaterProductsLeaveEarlierOnesRight) {
  std::unique_ptr<Device> device = makeCpuDevice(1);
  Case cases[] = {
      {"matmul", 1, 70, 90, 33, 1, 1, 0, 0, None, 1, 0},
      {"sgemm", 1, 1030, 256, 130, 0, 1, 0, 0, None, 1, 0},
      {"larger matmul", 1, 300, 900, 200, 1, 1, 0, 0, None, 1, 0},
      {"larger sgemm", 1, 1030, 400, 300, 0, 1, 0, 0, None, 1, 0},
  };
  std::vector<Problem> problems(std::begin(cases), std::end(cases));
  std::vector<std::unique_ptr<PreparedContract>> contracts;
  for (Problem &problem : problems) {
    auto contract = problem.prepare(*device);
    ASSERT_TRUE(contract.ok()) << contract.status().message();
    contracts.push_back(std::move(*contract));
    for (size_t i = 0; i < contracts.size(); ++i) {
      problems[i].spoil();
      ASSERT_TRUE(contracts[i]->execute());
      problems[i].check();
    }
  }
}

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
