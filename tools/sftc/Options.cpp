#include "tools/sftc/Options.h"

#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace sft {

static constexpr char kTool[] = "sftc";

namespace {

struct Flags {
  cl::OptionCategory category{"sftc options"};
  CompilerFlags compiler{category};
  cl::opt<std::string> input{cl::Positional, cl::desc("MODEL.mlir"),
                             cl::Required, cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::desc("plan file to write (default: MODEL.plan)"),
      cl::value_desc("FILE"), cl::cat(category)};
  cl::opt<int64_t> ranks{"ranks",
                         cl::desc("check that the mesh has this many ranks"),
                         cl::value_desc("N"), cl::cat(category)};
  cl::opt<std::string> chip{
      "target-chip",
      cl::desc("native, x86-64-v3, x86-64-v4, or a name that -march takes"),
      cl::init("native"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("cpu"), cl::init("cpu"),
                              cl::cat(category)};
  cl::opt<std::string> from{
      "from", cl::desc("phase that the input has been through already"),
      cl::value_desc("PHASE"), cl::init("input"), cl::cat(category)};
  cl::opt<std::string> to{
      "to", cl::desc("stop after this phase and print the module"),
      cl::value_desc("PHASE"), cl::cat(category)};
  cl::opt<std::string> dump{
      "dump-phases", cl::desc("write the module after each phase into DIR"),
      cl::value_desc("DIR"), cl::cat(category)};
  cl::opt<std::string> explain{
      "explain",
      cl::desc("say of each collective what it costs and why it is there; "
               "--explain=json for programs"),
      cl::value_desc("json"), cl::ValueOptional, cl::cat(category)};
  cl::list<std::string> forbid{
      "forbid", cl::CommaSeparated,
      cl::desc("fail where training needs a collective of these kinds, and say "
               "why it does"),
      cl::value_desc("all_gather,..."), cl::cat(category)};
  cl::opt<uint64_t> maxInput{"max-input-size",
                             cl::desc("refuse larger input files (bytes)"),
                             cl::init(uint64_t(64) << 20), cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("print no summary"), cl::cat(category)};
};

/// The mesh has as many ranks as --ranks says.
bool checkRanks(const CompilerOptions &compiler, int64_t ranks) {
  int64_t product = 1;
  for (const auto &[name, size] : compiler.mesh) {
    product *= size;
  }
  if (ranks < 1) {
    return printError(kTool, "--ranks=" + Twine(ranks) +
                                 ": a job has at least 1 rank");
  }
  if (ranks == product) {
    return true;
  }
  auto axes = map_range(compiler.mesh, [](const auto &axis) {
    return axis.first + "=" + std::to_string(axis.second);
  });
  return printError(kTool, "mesh {" + join(axes, ",") + "} needs " +
                               Twine(product) +
                               " ranks, --ranks=" + Twine(ranks));
}

/// No inserted pass stands where the compiler does not come by.
bool checkInserted(const DriverOptions &options) {
  for (const auto &[after, pass] : options.compiler.insertedPasses) {
    if (after < options.from || (options.to && after > *options.to)) {
      return printError(kTool, "--insert-pass: the phase " + phaseName(after) +
                                   " of \"" + pass + "\" is not run");
    }
  }
  return true;
}

constexpr char kOverview[] =
    "sftc: compiles a model to a plan for sft-run\n\n"
    "  sftc digits.mlir --mesh=data=2 -o digits.plan\n"
    "  sft-run digits.plan --data=digits.npz --epochs=10\n";

} // namespace

static bool readPhases(const Flags &flags, DriverOptions &options) {
  if (flags.to.getNumOccurrences()) {
    options.to = readPhase(kTool, "--to", flags.to);
    if (!options.to) {
      return false;
    }
  }
  std::optional<Phase> from = readPhase(kTool, "--from", flags.from);
  options.from = from.value_or(Phase::Input);
  return from.has_value();
}

static bool readCompiler(const Flags &flags, DriverOptions &options) {
  std::optional<CompilerOptions> compiler = flags.compiler.read(kTool);
  if (!compiler) {
    return false;
  }
  options.compiler = std::move(*compiler);
  options.compiler.chip = flags.chip;
  options.compiler.forbidden.assign(flags.forbid.begin(), flags.forbid.end());
  return !flags.ranks.getNumOccurrences() ||
         checkRanks(options.compiler, flags.ranks);
}

static bool readExplain(const Flags &flags, DriverOptions &options) {
  if (!flags.explain.getNumOccurrences()) {
    return true;
  }
  options.explain = flags.explain == "json" ? Explain::Json : Explain::Text;
  return flags.explain.empty() || flags.explain == "json" ||
         flags.explain == "text" ||
         printError(kTool, "--explain=" + flags.explain +
                               ": text (the default) or json");
}

std::optional<DriverOptions> parseCommandLine(int argc, char **argv) {
  // For good: lld resets all registered options when it links the kernels.
  static Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::ParseCommandLineOptions(argc, argv, kOverview);

  DriverOptions options;
  options.input = flags.input;
  options.output = flags.output;
  options.commandLine = join(ArrayRef(argv, size_t(argc)), " ");
  options.dumpPhases = flags.dump;
  options.maxInputBytes = flags.maxInput;
  options.quiet = flags.quiet;
  if (flags.target != "cpu") {
    printError(kTool,
               "--target: \"" + flags.target + "\" is not supported; use cpu");
    return std::nullopt;
  }
  if (!readPhases(flags, options) || !readExplain(flags, options) ||
      !readCompiler(flags, options) || !checkInserted(options) ||
      !flags.compiler.loadPlugins(kTool, options.dialects)) {
    return std::nullopt;
  }
  if (options.output.empty()) {
    options.output = StringRef(options.input).rsplit('.').first.str() + ".plan";
  }
  return options;
}

} // namespace sft
