#include "tools/sftc/Options.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;

namespace sft {

namespace {

struct Flags {
  cl::OptionCategory category{"sftc options"};
  cl::opt<std::string> input{cl::Positional, cl::desc("MODEL.mlir"),
                             cl::Required, cl::cat(category)};
  cl::opt<std::string> output{
      "o", cl::desc("plan file to write (default: MODEL.plan)"),
      cl::value_desc("FILE"), cl::cat(category)};
  cl::opt<std::string> mesh{
      "mesh", cl::desc("ranks as named axes, e.g. data=2 (default: one rank)"),
      cl::value_desc("AXIS=N,..."), cl::cat(category)};
  cl::opt<int64_t> ranks{"ranks",
                         cl::desc("check that the mesh has this many ranks"),
                         cl::value_desc("N"), cl::cat(category)};
  cl::opt<std::string> chip{
      "target-chip",
      cl::desc("native, x86-64-v3, x86-64-v4, or a name that -march takes"),
      cl::init("native"), cl::cat(category)};
  cl::opt<std::string> target{"target", cl::desc("cpu"), cl::init("cpu"),
                              cl::cat(category)};
  cl::opt<int64_t> zero{
      "zero",
      cl::desc("cut over \"data\": 1 optimizer state, 2 gradients too, 3 "
               "parameters too"),
      cl::value_desc("0|1|2|3"), cl::init(0), cl::cat(category)};
  cl::opt<uint64_t> bucket{
      "bucket-bytes",
      cl::desc("gradient bytes a full all-reduce bucket carries"),
      cl::init(uint64_t(25) << 20), cl::cat(category)};
  cl::opt<std::string> from{
      "from", cl::desc("phase that the input has been through already"),
      cl::value_desc("PHASE"), cl::init("input"), cl::cat(category)};
  cl::opt<std::string> to{
      "to", cl::desc("stop after this phase and print the module"),
      cl::value_desc("PHASE"), cl::cat(category)};
  cl::opt<std::string> dump{
      "dump-phases", cl::desc("write the module after each phase into DIR"),
      cl::value_desc("DIR"), cl::cat(category)};
  cl::list<std::string> plugins{"load-pass-plugin",
                                cl::desc("shared library with passes; it runs "
                                         "with all rights of this process"),
                                cl::value_desc("LIB"), cl::cat(category)};
  cl::list<std::string> inserted{
      "insert-pass", cl::desc("run a pass after a phase: after-PHASE:PASS"),
      cl::value_desc("after-PHASE:PASS"), cl::cat(category)};
  cl::opt<uint64_t> maxInput{"max-input-size",
                             cl::desc("refuse larger input files (bytes)"),
                             cl::init(uint64_t(64) << 20), cl::cat(category)};
  cl::opt<bool> quiet{"quiet", cl::desc("print no summary"), cl::cat(category)};
};

bool fail(const Twine &message) {
  WithColor::error(errs(), "sftc") << message << "\n";
  return false;
}

bool parseMesh(StringRef text, CompilerOptions &options) {
  SmallVector<StringRef> axes;
  text.split(axes, ',', -1, /*KeepEmpty=*/false);
  for (StringRef axis : axes) {
    auto [name, size] = axis.split('=');
    int64_t value = 0;
    if (name.empty() || size.getAsInteger(10, value) || value < 1 ||
        value > (1 << 20)) {
      return fail("--mesh: \"" + axis +
                  "\" is not AXIS=N with N from 1 to 1048576; for example "
                  "--mesh=data=2");
    }
    options.mesh.push_back({name.str(), value});
  }
  return true;
}

bool checkRanks(const DriverOptions &options, StringRef mesh) {
  int64_t product = 1;
  for (const auto &[name, size] : options.compiler.mesh) {
    product *= size;
  }
  if (options.ranks && *options.ranks < 1) {
    return fail("--ranks=" + Twine(*options.ranks) +
                ": a job has at least 1 rank");
  }
  if (options.ranks && *options.ranks != product) {
    return fail("mesh {" + mesh + "} needs " + Twine(product) +
                " ranks, --ranks=" + Twine(*options.ranks));
  }
  return true;
}

std::optional<Phase> phase(StringRef name, StringRef flag) {
  std::optional<Phase> result = phaseFromName(name);
  if (!result) {
    fail(flag + ": no phase \"" + name + "\"; phases are input, " +
         join(map_range(allPhases(), phaseName), ", "));
  }
  return result;
}

bool parseInserted(ArrayRef<std::string> texts, DriverOptions &options) {
  for (StringRef text : texts) {
    auto [place, pass] = text.split(':');
    if (!place.consume_front("after-") || pass.empty()) {
      return fail("--insert-pass: \"" + text + "\" is not after-PHASE:PASS");
    }
    std::optional<Phase> after = phase(place, "--insert-pass");
    if (!after) {
      return false;
    }
    options.insertedPasses.push_back({*after, pass.str()});
  }
  return true;
}

constexpr char kOverview[] =
    "sftc: compiles a model to a plan for sft-run\n\n"
    "  sftc digits.mlir --mesh=data=2 -o digits.plan\n"
    "  sft-run digits.plan --data=digits.npz --epochs=10\n";

} // namespace

std::optional<DriverOptions> parseCommandLine(int argc, char **argv) {
  // For good: lld resets all registered options when it links the kernels.
  static Flags flags;
  cl::HideUnrelatedOptions(flags.category);
  cl::ParseCommandLineOptions(argc, argv, kOverview);

  DriverOptions options;
  options.input = flags.input;
  options.output = flags.output;
  options.commandLine = join(ArrayRef(argv, size_t(argc)), " ");
  options.compiler.chip = flags.chip;
  options.compiler.bucketBytes = int64_t(flags.bucket);
  options.compiler.zeroStage = flags.zero;
  if (flags.zero < 0 || flags.zero > 3) {
    fail("--zero=" + Twine(flags.zero) + ": stages are 0, 1, 2 and 3");
    return std::nullopt;
  }
  options.dumpPhases = flags.dump;
  options.passPlugins = flags.plugins;
  options.maxInputBytes = flags.maxInput;
  options.quiet = flags.quiet;
  if (flags.ranks.getNumOccurrences()) {
    options.ranks = flags.ranks;
  }
  if (flags.target != "cpu") {
    fail("--target: \"" + flags.target + "\" is not supported; use cpu");
    return std::nullopt;
  }
  if (flags.to.getNumOccurrences() && !(options.to = phase(flags.to, "--to"))) {
    return std::nullopt;
  }
  std::optional<Phase> from = phase(flags.from, "--from");
  if (!from || !parseMesh(flags.mesh, options.compiler) ||
      !checkRanks(options, flags.mesh) ||
      !parseInserted(flags.inserted, options)) {
    return std::nullopt;
  }
  options.from = *from;
  if (options.output.empty()) {
    options.output = StringRef(options.input).rsplit('.').first.str() + ".plan";
  }
  return options;
}

} // namespace sft
