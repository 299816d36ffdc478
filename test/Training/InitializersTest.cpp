// Initial values: their distribution, and that they depend on seed, name and
// position alone.
#include "Program.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using sft::reference::Tensor;

namespace {

std::string parameter(const std::string &name, const std::string &init,
                      const std::string &type) {
  return "%" + name + " = sft.parameter \"" + name + "\" init(#sft." + init +
         ") : " + type + "\n";
}

/// Initial values of `type`, drawn for the parameter `name`.
std::vector<double> draw(const std::string &init,
                         const std::string &type = "tensor<100x200xf32>",
                         const std::string &name = "w", int64_t seed = 7) {
  sft::Program program("sft.model @m() {" + parameter(name, init, type) +
                           "%s = sft.mean %" + name + " axes [0, 1] : " + type +
                           "\nsft.yield outputs {\"s\" = %s : tensor<f32>}}",
                       "sft-lower-model");
  program.seed = seed;
  program.run("initialize");
  return program[name].data;
}

double mean(const std::vector<double> &x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / double(x.size());
}

double deviation(const std::vector<double> &x) {
  double center = mean(x), sum = 0;
  for (double value : x) {
    sum += (value - center) * (value - center);
  }
  return std::sqrt(sum / double(x.size()));
}

double phi(double x) { return 0.5 * std::erfc(-x / M_SQRT2); }

/// Kolmogorov's distance between the sample and a distribution. For 20000
/// values of that distribution it is below 0.0138 with probability 0.999.
template <typename F> double distance(std::vector<double> x, F distribution) {
  std::sort(x.begin(), x.end());
  double worst = 0;
  for (size_t i = 0; i < x.size(); ++i) {
    double here = double(i) / double(x.size());
    worst = std::fmax(worst, std::fabs(distribution(x[i]) - here));
  }
  return worst;
}

TEST(Initializers, Constants) {
  EXPECT_EQ(draw("zeros", "tensor<1x2xf32>"), std::vector<double>({0, 0}));
  EXPECT_EQ(draw("ones", "tensor<1x2xf32>"), std::vector<double>({1, 1}));
  EXPECT_EQ(draw("constant<0.5>", "tensor<1x2xf32>"),
            std::vector<double>({0.5, 0.5}));
}

TEST(Initializers, Uniform) {
  auto x = draw("uniform<low = 1.0, high = 3.0>");
  EXPECT_LT(distance(x, [](double v) { return (v - 1) / 2; }), 0.0138);
  EXPECT_GE(*std::min_element(x.begin(), x.end()), 1);
  EXPECT_LE(*std::max_element(x.begin(), x.end()), 3);
}

TEST(Initializers, Normal) {
  auto x = draw("normal<mean = 2.0, stddev = 0.5>");
  EXPECT_LT(distance(x, [](double v) { return phi((v - 2) / 0.5); }), 0.0138);
}

TEST(Initializers, TruncatedNormal) {
  auto x = draw("truncated_normal<mean = 2.0, stddev = 0.5>");
  auto distribution = [](double v) {
    return (phi((v - 2) / 0.5) - phi(-2)) / (phi(2) - phi(-2));
  };
  EXPECT_LT(distance(x, distribution), 0.0138);
  EXPECT_GE(*std::min_element(x.begin(), x.end()), 1 - 1e-5);
  EXPECT_LE(*std::max_element(x.begin(), x.end()), 3 + 1e-5);
}

TEST(Initializers, Fans) {
  double in = 100, out = 200, uniform = std::sqrt(3);
  EXPECT_NEAR(deviation(draw("glorot_normal")), std::sqrt(2 / (in + out)),
              1e-3);
  EXPECT_NEAR(deviation(draw("glorot_uniform")),
              std::sqrt(6 / (in + out)) / uniform, 1e-3);
  EXPECT_NEAR(deviation(draw("he_normal")), std::sqrt(2 / in), 2e-3);
  EXPECT_NEAR(deviation(draw("he_uniform")), std::sqrt(6 / in) / uniform, 2e-3);
}

TEST(Initializers, StreamsAreApart) {
  auto x = draw("normal"), other = draw("normal", "tensor<100x200xf32>", "u");
  auto reseeded = draw("normal", "tensor<100x200xf32>", "w", 8);
  EXPECT_EQ(x, draw("normal"));
  for (const auto &y : {other, reseeded}) {
    double product = std::inner_product(x.begin(), x.end(), y.begin(), 0.0);
    EXPECT_LT(std::fabs(product / double(x.size())), 0.03);
  }
}

} // namespace
