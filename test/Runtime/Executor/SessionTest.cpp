// Sessions of the C API on the hand-made plan, against a serial loop.
#include "runtime/api/sft.h"
#include "test/Runtime/Executor/TestPlan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <memory>

namespace {

using sft::test::TestPlan;

struct Release {
  void operator()(sft_plan *plan) const { sft_plan_free(plan); }
  void operator()(sft_session *session) const { sft_session_free(session); }
  void operator()(sft_error *error) const { sft_error_free(error); }
};
using Error = std::unique_ptr<sft_error, Release>;

#define EXPECT_OK(call)                                                        \
  do {                                                                         \
    Error error(call);                                                         \
    EXPECT_EQ(sft_error_code(error.get()), SFT_OK)                             \
        << sft_error_message(error.get());                                     \
  } while (0)

/// A plan, its session, and a batch of rows.
class Running {
public:
  explicit Running(const TestPlan &spec,
                   const sft_session_options *options = nullptr)
      : spec(spec), x(size_t(spec.batch * spec.features)),
        y(size_t(spec.batch)) {
    std::string path = testing::TempDir() + "sft-session-" +
                       std::to_string(getpid()) + ".plan";
    spec.write(path);
    sft_plan *loaded = nullptr;
    EXPECT_OK(sft_plan_load(path.c_str(), &loaded));
    std::filesystem::remove(path);
    plan.reset(loaded);
    sft_session *created = nullptr;
    EXPECT_OK(sft_session_create(loaded, options, &created));
    session.reset(created);
    EXPECT_OK(sft_session_initialize(created));
  }

  /// Rows that differ from step to step, with a known linear law.
  void fillBatch(int step) {
    for (int64_t row = 0; row < spec.batch; ++row) {
      float sum = 0;
      for (int64_t i = 0; i < spec.features; ++i) {
        float value = std::sin(float(step * 31 + row * 7 + i * 3));
        x[size_t(row * spec.features + i)] = value;
        sum += value * float(i + 1);
      }
      y[size_t(row)] = sum;
    }
  }

  sft_error *step(sft_step_result *result = nullptr) {
    sft_input inputs[] = {{"x", x.data(), nullptr, nullptr},
                          {"y", y.data(), nullptr, nullptr}};
    return sft_session_step(session.get(), inputs, 2, result);
  }

  std::vector<float> weights() {
    std::vector<float> w(size_t(spec.features));
    EXPECT_OK(sft_session_read_parameter(session.get(), "w", w.data(),
                                         w.size() * sizeof(float)));
    return w;
  }

  TestPlan spec;
  std::vector<float> x, y;
  std::unique_ptr<sft_plan, Release> plan;
  std::unique_ptr<sft_session, Release> session;
};

/// The same step as a plain loop in double precision. Returns the loss.
double serialStep(const Running &run, std::vector<double> &w) {
  std::vector<double> gradient(w.size(), 0.0);
  double loss = 0, rows = double(run.spec.batch);
  for (size_t row = 0; row < run.y.size(); ++row) {
    double error = -run.y[row];
    for (size_t i = 0; i < w.size(); ++i) {
      error += w[i] * run.x[row * w.size() + i];
    }
    loss += error * error / rows;
    for (size_t i = 0; i < w.size(); ++i) {
      gradient[i] += 2 * error * run.x[row * w.size() + i] / rows;
    }
  }
  for (size_t i = 0; i < w.size(); ++i) {
    w[i] -= run.spec.learningRate * gradient[i];
  }
  return loss;
}

class Ranks : public testing::TestWithParam<uint32_t> {};
INSTANTIATE_TEST_SUITE_P(Session, Ranks, testing::Values(1, 2, 4));

TEST_P(Ranks, TrainsLikeASerialLoop) {
  Running run({.ranks = GetParam()});
  std::vector<double> w = {0.0, 0.01, 0.02};
  for (int step = 0; step < 50; ++step) {
    run.fillBatch(step);
    sft_step_result result{};
    EXPECT_OK(run.step(&result));
    EXPECT_NEAR(result.loss, serialStep(run, w), 1e-5 * (1 + result.loss));
  }
  std::vector<float> got = run.weights();
  for (size_t i = 0; i < w.size(); ++i) {
    EXPECT_NEAR(got[i], w[i], 1e-5 * (1 + std::abs(w[i])));
  }
}

TEST_P(Ranks, PredictsTheGlobalBatch) {
  Running run({.ranks = GetParam()});
  run.fillBatch(0);
  sft_input input = {"x", run.x.data(), nullptr, nullptr};
  EXPECT_OK(sft_session_predict(run.session.get(), &input, 1));
  std::vector<float> prediction(size_t(run.spec.batch));
  EXPECT_OK(sft_session_read_output(run.session.get(), "prediction",
                                    prediction.data(),
                                    prediction.size() * sizeof(float)));
  for (size_t row = 0; row < prediction.size(); ++row) {
    float expected = 0.01f * run.x[row * 3 + 1] + 0.02f * run.x[row * 3 + 2];
    EXPECT_NEAR(prediction[row], expected, 1e-6);
  }
}

TEST(Session, RepeatsBitForBit) {
  auto train = [] {
    Running run({.ranks = 2});
    for (int step = 0; step < 20; ++step) {
      run.fillBatch(step);
      EXPECT_OK(run.step());
    }
    return run.weights();
  };
  EXPECT_EQ(train(), train());
}

std::vector<float> trainBeside(const TestPlan &spec, sft_comm_thread thread) {
  sft_session_options options;
  sft_session_options_init(&options);
  options.comm_thread = thread;
  Running run(spec, &options);
  for (int step = 0; step < 200; ++step) {
    run.fillBatch(step);
    EXPECT_OK(run.step());
  }
  return run.weights();
}

TEST_P(Ranks, StreamsChangeNoBit) {
  uint32_t ranks = GetParam();
  std::vector<float> plain = trainBeside({.ranks = ranks}, SFT_COMM_THREAD_YES);
  for (auto thread :
       {SFT_COMM_THREAD_AUTO, SFT_COMM_THREAD_YES, SFT_COMM_THREAD_NO}) {
    TestPlan spec{.ranks = ranks, .padding = 20, .streams = true};
    EXPECT_EQ(trainBeside(spec, thread), plain);
  }
}

// The search for a NaN runs on one thread, and the session goes on beside.
TEST(Session, GuardAbortsBesideStreams) {
  sft_session_options options;
  sft_session_options_init(&options);
  options.comm_thread = SFT_COMM_THREAD_YES;
  Running run({.ranks = 2, .streams = true}, &options);
  std::vector<float> before = run.weights();
  run.fillBatch(0);
  run.y[6] = NAN;
  Error error(run.step());
  EXPECT_EQ(sft_error_code(error.get()), SFT_NUMERIC);
  EXPECT_NE(
      strstr(sft_error_message(error.get()), "input \"y\" holds NaN on rank 1"),
      nullptr);
  EXPECT_EQ(run.weights(), before);
}

TEST(Session, SeedAndLearningRateReachThePlan) {
  sft_session_options options;
  sft_session_options_init(&options);
  options.seed = 5;
  options.learning_rate = 0;
  Running run({.ranks = 2}, &options);
  run.fillBatch(0);
  EXPECT_OK(run.step());
  EXPECT_EQ(run.weights(),
            (std::vector<float>{0.01f * 5, 0.01f * 6, 0.01f * 7}));
}

TEST(Session, WritesParameters) {
  Running run({.ranks = 2});
  std::vector<float> w = {1, 2, 3};
  EXPECT_OK(sft_session_write_parameter(run.session.get(), "w", w.data(), 12));
  EXPECT_EQ(run.weights(), w);
  run.fillBatch(0);
  sft_step_result result{};
  EXPECT_OK(run.step(&result));
  EXPECT_LT(result.loss, 1e-9); // fillBatch's law
}

// F30: no result of a failed step reaches the parameters.
TEST(Session, GuardAbortsBeforeTheUpdate) {
  Running run({.ranks = 2});
  std::vector<float> before = run.weights();
  run.fillBatch(0);
  run.y[6] = NAN; // a row of rank 1
  Error error(run.step());
  EXPECT_EQ(sft_error_code(error.get()), SFT_NUMERIC);
  EXPECT_STREQ(sft_error_message(error.get()),
               "rank 0 step 0: the guard \"guard\" is nan, so the step was not "
               "applied; input \"y\" holds NaN on rank 1; the loss is nan; not "
               "finite: the gradient of \"w\"");
  EXPECT_EQ(run.weights(), before);
}

TEST(Session, GuardSkipsTheUpdateOnAllRanks) {
  sft_session_options options;
  sft_session_options_init(&options);
  options.on_nan = SFT_ON_NAN_SKIP;
  Running run({.ranks = 2}, &options);
  std::vector<float> before = run.weights();
  run.fillBatch(0);
  run.y[6] = NAN;
  sft_step_result result{};
  EXPECT_OK(run.step(&result));
  EXPECT_TRUE(result.skipped);
  EXPECT_EQ(run.weights(), before);
  run.fillBatch(1);
  EXPECT_OK(run.step(&result));
  EXPECT_FALSE(result.skipped);
  EXPECT_NE(run.weights(), before);
}

// D10: no wrong numbers from a batch of bad indices; the session goes on.
TEST(Session, D10_RefusesABatchOfBadIndices) {
  Running run({.ranks = 2, .targetLimit = 10});
  std::vector<float> before = run.weights();
  run.fillBatch(0);
  run.y.assign(run.y.size(), 1);
  run.y[6] = 10;
  Error error(run.step());
  EXPECT_EQ(sft_error_code(error.get()), SFT_DATA);
  EXPECT_STREQ(sft_error_message(error.get()),
               "input \"y\": 10 in sample 6 is no index in [0, 10), which is "
               "how the model uses it");
  EXPECT_EQ(run.weights(), before);
  run.y[6] = 9;
  EXPECT_OK(run.step());
  EXPECT_NE(run.weights(), before);
}

TEST(Session, D10_PredictionReadsNoLabels) {
  Running run({.ranks = 2, .targetLimit = 10});
  run.y[6] = 10;
  sft_input inputs[] = {{"x", run.x.data(), nullptr, nullptr},
                        {"y", run.y.data(), nullptr, nullptr}};
  EXPECT_OK(sft_session_predict(run.session.get(), inputs, 2));
  Error error(sft_session_evaluate(run.session.get(), inputs, 2));
  EXPECT_EQ(sft_error_code(error.get()), SFT_DATA);
}

TEST(Session, NamesMistakes) {
  Running run({.ranks = 1});
  float value = 0;
  sft_input wrong = {"z", &value, nullptr, nullptr};
  Error unknown(sft_session_step(run.session.get(), &wrong, 1, nullptr));
  EXPECT_EQ(sft_error_code(unknown.get()), SFT_USAGE);
  EXPECT_STREQ(sft_error_message(unknown.get()), "the plan has no input \"z\"");
  Error missing(sft_session_step(run.session.get(), nullptr, 0, nullptr));
  EXPECT_STREQ(sft_error_message(missing.get()), "input \"x\" is not given");
  Error size(sft_session_read_parameter(run.session.get(), "w", &value, 4));
  EXPECT_STREQ(sft_error_message(size.get()),
               "parameter \"w\" has 12 bytes, not 4");
}

TEST(Session, DescribesThePlan) {
  Running run({.ranks = 2});
  sft_plan_info info;
  sft_plan_get_info(run.plan.get(), &info);
  EXPECT_STREQ(info.mesh, "data=2");
  EXPECT_EQ(info.batch, 8);
  EXPECT_EQ(sft_plan_tensor_count(run.plan.get()), 6u);
  const sft_tensor_info *w = sft_plan_find(run.plan.get(), "w");
  ASSERT_NE(w, nullptr);
  EXPECT_EQ(w->role, SFT_PARAMETER);
  EXPECT_EQ(w->dims[0], 3);
}

void trainFourSteps(const TestPlan &spec) {
  sft_session_options options;
  sft_session_options_init(&options);
  options.timeout = 0.5;
  Running run(spec, &options);
  for (int step = 0; step < 5; ++step) {
    run.fillBatch(step);
    if (Error error{run.step()}) {
      fprintf(stderr, "%s\n", sft_error_message(error.get()));
      _exit(sft_error_code(error.get()));
    }
  }
}

// F04: the handler names rank, step, op and source line.
TEST(SessionDeathTest, CrashReportNamesTheInstruction) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(trainFourSteps({.ranks = 2, .fault = "test_crash"}),
              testing::KilledBySignal(SIGSEGV),
              "rank 1 step 3: signal 11 in launch crash at linear.mlir:7:3 "
              "..sft.matmul..");
}

// F06: an endless loop in one rank's kernel.
TEST(SessionDeathTest, WatchdogEndsAKernelThatLoops) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  std::filesystem::current_path(testing::TempDir()); // flight records
  EXPECT_EXIT(trainFourSteps({.ranks = 2, .fault = "test_spin"}),
              testing::ExitedWithCode(75),
              "watchdog.*not complete after 0.5 s");
  EXPECT_TRUE(std::filesystem::exists("flight-rank-1.jsonl"));
}

} // namespace
