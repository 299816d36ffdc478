#include "tools/sft-run/Run.h"

#include "tools/sft-run/ProgressLine.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>

namespace {

struct Release {
  void operator()(sft_plan *plan) const { sft_plan_free(plan); }
  void operator()(sft_session *session) const { sft_session_free(session); }
};

std::atomic<sft_session *> running{nullptr};

/// SA_RESETHAND: a second signal ends the process at once.
void onStopSignal(int) {
  if (sft_session *session = running.load()) {
    sft_session_request_stop(session);
  }
}

void catchStopSignals() {
  for (int signal : {SIGTERM, SIGINT, SIGUSR1}) {
    struct sigaction action{};
    action.sa_handler = onStopSignal;
    action.sa_flags = SA_RESTART | int(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
  }
}

/// The steps of a run; each returns an exit status, 0 to go on.
class Run {
public:
  explicit Run(Options &options) : options(options) {}
  ~Run() { running = nullptr; }

  int all() {
    int status = open();
    status = status ? status : train();
    status = status ? status : finish();
    if (session && !options.trace.empty()) {
      int traced =
          check(sft_session_write_trace(session.get(), options.trace.c_str()));
      status = status ? status : traced;
    }
    return status;
  }

private:
  int open();
  int checkDigest();
  int checkPrediction();
  int train();
  int evaluate();
  int finish();
  void print(const sft_train_result &result);
  void put(const char *name, double value);
  int check(sft_error *error);

  Options &options;
  std::unique_ptr<sft_plan, Release> plan;
  std::unique_ptr<sft_session, Release> session;
  bool main = sft_launch_rank() == 0;
  bool outputBroken = false;
};

/// Prints and releases the error; its code. What all processes know alike is
/// said by the main one only.
int Run::check(sft_error *error) {
  int code = sft_error_code(error);
  if (code && (main || !sft_error_is_collective(error))) {
    fprintf(stderr, "sft-run: error[SFT%04d] %s\n", sft_error_id(error),
            sft_error_message(error));
  }
  sft_error_free(error);
  return code;
}

int Run::open() {
  sft_plan *loaded;
  if (int status = check(sft_plan_load(options.plan.c_str(), &loaded))) {
    return status;
  }
  plan.reset(loaded);
  if (int status = checkDigest()) {
    return status;
  }
  if (int status = checkPrediction()) {
    return status;
  }
  sft_session *created;
  if (int status =
          check(sft_session_create(plan.get(), &options.session, &created))) {
    return status;
  }
  session.reset(created);
  main = sft_session_is_main(created);
  running = created;
  catchStopSignals();
  // With --init too: the file has the parameters, not the optimizer's state.
  int status = check(sft_session_initialize(created));
  return status || options.init.empty()
             ? status
             : check(sft_session_load(created, options.init.c_str()));
}

int Run::checkDigest() {
  sft_plan_info info;
  sft_plan_get_info(plan.get(), &info);
  if (options.planDigest.empty() || options.planDigest == info.digest) {
    return 0;
  }
  fprintf(stderr,
          "sft-run: error[SFT0004] %s has digest %s, not %s as "
          "--plan-digest asks\n",
          options.plan.c_str(), info.digest, options.planDigest.c_str());
  return SFT_CONFIG;
}

/// Known now, not when hours of training are done.
int Run::checkPrediction() {
  bool predicts = options.predict.empty();
  for (size_t i = 0; i < sft_plan_tensor_count(plan.get()); ++i) {
    predicts |= sft_plan_tensor(plan.get(), i)->role == SFT_PREDICTION;
  }
  if (!predicts && main) {
    fprintf(stderr,
            "sft-run: error[SFT0005] %s has nothing to --predict: the model "
            "yields scalars only; add an output with a row for each sample\n",
            options.plan.c_str());
  }
  return predicts ? 0 : SFT_USAGE;
}

int Run::train() {
  if (!options.wantsTraining()) {
    return options.evaluation.empty() ? 0 : evaluate();
  }
  sft_plan_info info;
  sft_plan_get_info(plan.get(), &info);
  ProgressLine line(info.batch, options.train.epochs, options.train.steps);
  if (main && !options.quiet) {
    options.train.on_progress = ProgressLine::onProgress;
    options.train.user = &line;
  }
  sft_train_result result;
  int status = check(sft_session_train(session.get(), &options.train, &result));
  line.finish();
  if (status) {
    return status;
  }
  print(result);
  if (result.stopped && main) {
    fprintf(stderr, "sft-run: stopped by a signal after step %llu%s\n",
            (unsigned long long)result.step,
            options.checkpoint.empty() ? "" : "; go on with --resume");
  }
  return result.stopped ? SFT_PEER_LOST : 0;
}

int Run::evaluate() {
  sft_train_result result;
  int status = check(sft_session_evaluate_file(
      session.get(), options.evaluation.c_str(), &result));
  for (size_t i = 0; !status && i < result.count; ++i) {
    put((std::string("eval_") + result.names[i]).c_str(), result.values[i]);
  }
  return status;
}

int Run::finish() {
  int status = 0;
  if (!options.save.empty()) {
    status = check(sft_session_save(session.get(), options.save.c_str()));
  }
  if (!status && !options.predict.empty()) {
    const std::string &rows =
        options.evaluation.empty() ? options.data : options.evaluation;
    status = check(sft_session_predict_file(session.get(), rows.c_str(),
                                            options.predict.c_str()));
  }
  return status;
}

void Run::print(const sft_train_result &result) {
  put("steps", double(result.step));
  if (result.trained) {
    put("loss", result.loss);
  }
  if (result.skipped) {
    put("skipped", double(result.skipped));
  }
  for (size_t i = 0; result.evaluated && i < result.count; ++i) {
    put((std::string("eval_") + result.names[i]).c_str(), result.values[i]);
  }
}

void Run::put(const char *name, double value) {
  if (!main || outputBroken) {
    return;
  }
  if (printf("%s %.9g\n", name, value) < 0 || fflush(stdout) != 0) {
    outputBroken = true;
    fprintf(stderr, "sft-run: warning[SFT0002] cannot write results: %s\n",
            strerror(errno));
  }
}

} // namespace

int run(Options &options) { return Run(options).all(); }
