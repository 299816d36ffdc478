// Optimizers and schedules against the recurrences of torch.optim's
// documentation, written once more in plain C++.
#include "Program.h"

#include <cmath>

using sft::reference::Tensor;

namespace {

/// A scalar parameter that starts at 0.5; its gradient is the step's input.
std::string program(const std::string &attributes) {
  return R"(
    sft.variable parameter @w : tensor<f32>
    sft.step initialize @initialize() {
      %w = sft.constant dense<0.5> : tensor<f32>
      sft.write @w, %w : tensor<f32>
    }
    sft.step train @train(%g: tensor<f32>) attributes {)" +
         attributes + R"(} {
      %w = sft.read @w : tensor<f32>
      sft.output loss "loss", %g : tensor<f32>
      sft.gradient @w, %g : tensor<f32>
    })";
}

Tensor scalar(double value) { return Tensor({}, value); }

/// A gradient that changes sign and size.
double gradientAt(int t) { return std::cos(0.7 * t) * (1 + 0.1 * t); }

/// Compares 50 steps with `update(w, g, t)`, t from 1.
template <typename F>
void expectTrajectory(const std::string &attributes, F update) {
  sft::Program trained(program(attributes), "sft-apply-optimizer");
  trained.run("initialize");
  double w = 0.5;
  for (int t = 1; t <= 50; ++t) {
    double g = gradientAt(t);
    w = update(w, g, t);
    trained.run("train", {scalar(g)});
    // Constants of the program are f32.
    ASSERT_NEAR(trained["w"][0], w, 2e-6 * (1 + std::fabs(w))) << "step " << t;
  }
}

TEST(Optimizers, Sgd) {
  expectTrajectory(
      "sft.optimizer = #sft.sgd<lr = 0.1, weight_decay = 0.01>",
      [](double w, double g, int) { return w - 0.1 * (g + 0.01 * w); });
}

TEST(Optimizers, Momentum) {
  double b = 0;
  expectTrajectory("sft.optimizer = #sft.sgd<lr = 0.1, momentum = 0.9>",
                   [&](double w, double g, int) {
                     b = 0.9 * b + g;
                     return w - 0.1 * b;
                   });
}

TEST(Optimizers, Nesterov) {
  double b = 0;
  expectTrajectory(
      "sft.optimizer = #sft.sgd<lr = 0.1, momentum = 0.9, nesterov = true>",
      [&](double w, double g, int) {
        b = 0.9 * b + g;
        return w - 0.1 * (g + 0.9 * b);
      });
}

TEST(Optimizers, Adagrad) {
  double v = 0;
  expectTrajectory("sft.optimizer = #sft.adagrad<lr = 0.1>",
                   [&](double w, double g, int) {
                     v += g * g;
                     return w - 0.1 * g / (std::sqrt(v) + 1e-10);
                   });
}

TEST(Optimizers, Rmsprop) {
  double v = 0, b = 0;
  expectTrajectory("sft.optimizer = #sft.rmsprop<lr = 0.01, momentum = 0.5>",
                   [&](double w, double g, int) {
                     v = 0.99 * v + 0.01 * g * g;
                     b = 0.5 * b + g / (std::sqrt(v) + 1e-8);
                     return w - 0.01 * b;
                   });
}

TEST(Optimizers, RmspropWithoutMomentum) {
  double v = 0;
  expectTrajectory("sft.optimizer = #sft.rmsprop<lr = 0.01, alpha = 0.9>",
                   [&](double w, double g, int) {
                     v = 0.9 * v + 0.1 * g * g;
                     return w - 0.01 * g / (std::sqrt(v) + 1e-8);
                   });
}

struct Adam {
  double m = 0, v = 0;
  double step(double g, int t, double lr, double b1 = 0.9, double b2 = 0.999) {
    m = b1 * m + (1 - b1) * g;
    v = b2 * v + (1 - b2) * g * g;
    double mHat = m / (1 - std::pow(b1, t)), vHat = v / (1 - std::pow(b2, t));
    return lr * mHat / (std::sqrt(vHat) + 1e-8);
  }
};

TEST(Optimizers, Adam) {
  Adam adam;
  expectTrajectory("sft.optimizer = #sft.adam<lr = 0.1, weight_decay = 0.1>",
                   [&](double w, double g, int t) {
                     return w - adam.step(g + 0.1 * w, t, 0.1);
                   });
}

TEST(Optimizers, AdamWithoutFirstMoment) {
  Adam adam;
  expectTrajectory(
      "sft.optimizer = #sft.adam<lr = 0.1, beta1 = 0.0>",
      [&](double w, double g, int t) { return w - adam.step(g, t, 0.1, 0.0); });
}

TEST(Optimizers, Adamw) {
  Adam adam;
  expectTrajectory("sft.optimizer = #sft.adamw<lr = 0.1, weight_decay = 0.2>",
                   [&](double w, double g, int t) {
                     w -= 0.1 * 0.2 * w;
                     return w - adam.step(g, t, 0.1);
                   });
}

TEST(Optimizers, ClipsToTheGlobalNorm) {
  expectTrajectory("sft.optimizer = #sft.sgd<lr = 0.1>, sft.clip_norm = 0.5",
                   [](double w, double g, int) {
                     return w - 0.1 * g * std::fmin(1, 0.5 / std::fabs(g));
                   });
}

/// Plain SGD at 0.1 times the factor of a schedule at 0-based step t.
template <typename F>
void expectSchedule(const std::string &schedule, F factor) {
  expectTrajectory(
      "sft.optimizer = #sft.sgd<lr = 0.1>, sft.schedule = " + schedule,
      [&](double w, double g, int t) { return w - 0.1 * factor(t - 1) * g; });
}

TEST(Schedules, ConstantRate) {
  expectSchedule("#sft.constant_rate", [](int) { return 1; });
}

TEST(Schedules, StepDecay) {
  expectSchedule("#sft.step_decay<every = 7, factor = 0.5>",
                 [](int t) { return std::pow(0.5, t / 7); });
}

TEST(Schedules, CosineStaysAtItsFloor) {
  expectSchedule("#sft.cosine<steps = 30, floor = 0.1>", [](int t) {
    double done = std::fmin(t, 30) / 30;
    return 0.1 + 0.9 * 0.5 * (1 + std::cos(M_PI * done));
  });
}

TEST(Schedules, WarmupThenCosine) {
  expectSchedule(
      "#sft.warmup<steps = 10, then = #sft.cosine<steps = 20>>", [](int t) {
        double done = std::fmin(t - 10, 20) / 20;
        return t < 10 ? (t + 1) / 10.0 : 0.5 * (1 + std::cos(M_PI * done));
      });
}

TEST(Schedules, WarmupThenNothing) {
  expectSchedule("#sft.warmup<steps = 10>",
                 [](int t) { return std::fmin(1, (t + 1) / 10.0); });
}

TEST(Guard, StopsAtNan) {
  sft::Program trained(program("sft.optimizer = #sft.sgd<lr = 0.1>"),
                       "sft-apply-optimizer");
  trained.run("initialize");
  trained.run("train", {scalar(NAN)});
  EXPECT_TRUE(trained.rank.stopped);
  EXPECT_EQ(trained["w"][0], 0.5);
}

} // namespace
