#include "tools/sft-run/Options.h"

#include "tools/sft-run/Similar.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

namespace {

/// One flag: `set` stores the value and returns what is wrong with it, or "".
struct Flag {
  std::string name;
  const char *value; ///< as the help shows it; null: the flag takes none
  const char *help;
  std::function<std::string(const std::string &)> set;
};

using Setter = std::function<std::string(const std::string &)>;

Setter path(std::string &out) {
  return [&out](const std::string &value) {
    out = value;
    return std::string(value.empty() ? "needs a path" : "");
  };
}

template <typename T>
Setter number(T &out, double least, double most, bool *zero = nullptr) {
  return [=, &out](const std::string &value) -> std::string {
    const char *end = value.data() + value.size();
    T parsed{};
    auto [at, error] = std::from_chars(value.data(), end, parsed);
    if (error != std::errc() || at != end || !(double(parsed) >= least) ||
        double(parsed) > most) {
      char range[96];
      snprintf(range, sizeof range, "needs a number from %.10g to %.10g", least,
               most);
      return range;
    }
    out = parsed;
    if (zero && parsed == T(0)) {
      *zero = true;
    }
    return "";
  };
}

/// One of a list of words; the n-th one stands for n.
template <typename T> Setter choice(T &out, std::vector<std::string> words) {
  return [=, &out](const std::string &value) -> std::string {
    std::string list;
    for (size_t i = 0; i < words.size(); ++i) {
      if (words[i] == value) {
        out = T(i);
        return "";
      }
      list += (i ? ", " : "") + words[i];
    }
    return "is one of " + list;
  };
}

std::vector<Flag> flagsOf(Options &o) {
  constexpr double kLarge = 1e15;
  return {
      {"data", "FILE",
       "rows to train on: .npz .npy .safetensors .svm .csv .txt", path(o.data)},
      {"epochs", "N", "train until N epochs are done (default 1)",
       number(o.train.epochs, 0, kLarge, &o.noTraining)},
      {"steps", "N", "train until N steps are done",
       number(o.train.steps, 0, kLarge, &o.noTraining)},
      {"eval", "FILE", "evaluate on all its rows after each epoch",
       path(o.evaluation)},
      {"predict", "FILE.npz",
       "write predictions for the rows of --eval, else of --data",
       path(o.predict)},
      {"init", "FILE.safetensors", "start from these parameters", path(o.init)},
      {"save", "FILE.safetensors", "write the trained parameters",
       path(o.save)},
      {"lr", "X", "learning rate instead of the model's",
       number(o.session.learning_rate, 0, 1e9)},
      {"seed", "N", "of initial values, dropout and shuffling (default 0)",
       number(o.session.seed, 0, kLarge)},
      {"shuffle", "yes|no", "new order of the rows each epoch (default yes)",
       choice(o.train.shuffle, {"no", "yes"})},
      {"checkpoint", "DIR", "save complete states there, at the end at least",
       path(o.checkpoint)},
      {"checkpoint-every", "N", "and after every N steps",
       number(o.train.checkpoint_every, 1, kLarge)},
      {"checkpoint-errors", "warn|fatal",
       "what a failed save does to the run (default warn)",
       choice(o.train.checkpoint_errors_fatal, {"warn", "fatal"})},
      {"resume", "DIR", "go on from the newest checkpoint in DIR, on any mesh",
       path(o.resume)},
      {"metrics", "FILE.jsonl", "write one JSON object a step and an epoch",
       path(o.metrics)},
      {"trace", "FILE.json",
       "write a Chrome trace with a lane for each thread of a rank",
       path(o.trace)},
      {"transport", "auto|threads|mpi",
       "how ranks talk (default auto: mpi under mpirun, else threads)",
       choice(o.session.transport, {"auto", "threads", "mpi"})},
      {"threads", "N", "threads of each rank (default 1)",
       number(o.session.threads, 1, 4096)},
      {"comm-thread", "auto|yes|no",
       "communicate beside the computation, on a thread of each rank (default "
       "auto: if a core is left for each)",
       choice(o.session.comm_thread, {"auto", "yes", "no"})},
      {"on-nan", "abort|skip|warn",
       "when a step's gradients are not finite (default abort: status 80)",
       choice(o.session.on_nan, {"abort", "skip", "warn"})},
      {"timeout", "SECONDS",
       "end the job when a rank makes no progress that long (default 300)",
       number(o.session.timeout, 0.1, 1e9)},
      {"plan-digest", "HEX", "refuse any plan but the one of this digest",
       path(o.planDigest)},
      {"quiet", nullptr, "no progress on standard error",
       [&o](const std::string &) {
         o.quiet = true;
         return std::string();
       }},
  };
}

void printHelp(const std::vector<Flag> &flags) {
  puts(
      "usage: sft-run MODEL.plan --data=FILE [flags]\n"
      "       mpirun -n RANKS sft-run MODEL.plan --data=FILE [flags]\n\n"
      "Runs a plan that sftc compiled: trains its model, evaluates, predicts.\n"
      "Without mpirun all ranks of the plan run in this process.\n\n"
      "A plan contains machine code: run only plans that you trust.\n\nflags:");
  for (const Flag &flag : flags) {
    std::string left = "--" + flag.name;
    left += flag.value ? std::string("=") + flag.value : "";
    printf("  %s\n      %s\n", left.c_str(), flag.help);
  }
  puts("  --help, --version\n\n"
       "Arrays in data files are named after the model's inputs; rows are\n"
       "samples. Step t of an epoch takes rows [t*B, (t+1)*B) of the order, B\n"
       "being the plan's batch; a last batch that is not full is left out of\n"
       "training. Evaluation and prediction cover every row.\n\n"
       "examples:\n"
       "  sftc digits.mlir -o digits.plan --mesh=data=2\n"
       "  sft-run digits.plan --data=train.npz --eval=test.npz --epochs=20\n"
       "  mpirun -n 2 sft-run digits.plan --data=train.npz --epochs=20\n"
       "  sft-run digits.plan --data=train.npz --save=digits.safetensors\n"
       "  sft-run digits.plan --data=new.npz --init=digits.safetensors \\\n"
       "          --epochs=0 --predict=labels.npz\n"
       "  sft-run digits.plan --data=train.npz --steps=100000 \\\n"
       "          --checkpoint=ckpt --checkpoint-every=1000 --resume=ckpt\n\n"
       "exit status: 0 done, 64 usage, 65 malformed input, 66 no input,\n"
       "69 library or device missing, 71 resources, 73 cannot create output,\n"
       "74 input/output, 75 stopped or peer lost (run again with --resume),\n"
       "78 plan and job do not fit, 80 NaN or Inf");
}

int mistake(const std::string &text) {
  fprintf(stderr, "sft-run: error[SFT0001] %s\n", text.c_str());
  return SFT_USAGE;
}

int unknownFlag(const std::string &name, const std::vector<Flag> &flags) {
  std::vector<std::string> names;
  for (const Flag &flag : flags) {
    names.push_back(flag.name);
  }
  std::string similar = mostSimilar(name, names);
  return mistake("unknown flag --" + name +
                 (similar.empty() ? "; see sft-run --help"
                                  : "; did you mean --" + similar + "?"));
}

/// Handles argv[i], which begins with "--", and its value if that stands apart.
std::optional<int> parseFlag(const std::vector<Flag> &flags, int argc,
                             char **argv, int &i) {
  std::string text = argv[i] + 2;
  size_t equal = text.find('=');
  std::string name = text.substr(0, equal);
  for (const Flag &flag : flags) {
    if (flag.name != name) {
      continue;
    }
    bool apart = flag.value && equal == std::string::npos;
    if (apart && i + 1 >= argc) {
      return mistake("--" + name + " needs a value: " + flag.value);
    }
    if (!flag.value && equal != std::string::npos) {
      return mistake("--" + name + " takes no value");
    }
    std::string value = apart        ? argv[++i]
                        : flag.value ? text.substr(equal + 1)
                                     : "";
    std::string wrong = flag.set(value);
    return wrong.empty() ? std::nullopt
                         : std::optional(mistake("--" + name + " " + wrong +
                                                 ", not \"" + value + "\""));
  }
  return unknownFlag(name, flags);
}

const char *orNull(const std::string &text) {
  return text.empty() ? nullptr : text.c_str();
}

/// What flags say only together.
std::optional<int> finish(Options &o) {
  if (o.plan.empty()) {
    return mistake("no plan given; usage: sft-run MODEL.plan --data=FILE, see "
                   "sft-run --help");
  }
  if (o.data.empty() && o.evaluation.empty()) {
    return mistake("nothing to run on: give --data=FILE");
  }
  if (o.train.checkpoint_every && o.checkpoint.empty()) {
    return mistake("--checkpoint-every needs --checkpoint=DIR");
  }
  o.session.trace = !o.trace.empty();
  o.train.data = orNull(o.data);
  o.train.evaluation = orNull(o.evaluation);
  o.train.checkpoint = orNull(o.checkpoint);
  o.train.resume = orNull(o.resume);
  o.train.metrics = orNull(o.metrics);
  return std::nullopt;
}

} // namespace

std::optional<int> parseOptions(int argc, char **argv, Options &options) {
  sft_session_options_init(&options.session);
  sft_train_options_init(&options.train);
  std::vector<Flag> flags = flagsOf(options);
  for (int i = 1; i < argc; ++i) {
    std::string text = argv[i];
    if (text == "--help" || text == "-h") {
      printHelp(flags);
      return 0;
    }
    if (text == "--version") {
      printf("sft-run %s\n", sft_version());
      return 0;
    }
    if (text.rfind("--", 0) == 0) {
      if (auto status = parseFlag(flags, argc, argv, i)) {
        return status;
      }
    } else if (!options.plan.empty()) {
      return mistake("more than one plan: " + options.plan + " and " + text);
    } else {
      options.plan = text;
    }
  }
  return finish(options);
}
