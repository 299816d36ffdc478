#include "tools/common/CompilerFlags.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;

namespace sft {

CompilerFlags::CompilerFlags(cl::OptionCategory &category)
    : mesh("mesh",
           cl::desc("ranks as named axes, e.g. data=2 (default: one rank)"),
           cl::value_desc("AXIS=N,..."), cl::cat(category)),
      reproducible(
          "reproducible",
          cl::desc("the same bits on every mesh with N, N/2, N/4, ... ranks "
                   "along these axes (default data=8)"),
          cl::value_desc("AXIS=N,..."), cl::ValueOptional, cl::cat(category)),
      zero("zero",
           cl::desc("cut over \"data\": 1 optimizer state, 2 gradients too, 3 "
                    "parameters too"),
           cl::value_desc("0|1|2|3"), cl::init(0), cl::cat(category)),
      bucket("bucket-bytes",
             cl::desc("gradient bytes a full all-reduce bucket carries"),
             cl::init(uint64_t(25) << 20), cl::cat(category)),
      overlap("overlap-bytes",
              cl::desc("overlap communication with computation where a "
                       "collective carries so much (a large number: never)"),
              cl::init(uint64_t(256) << 10), cl::cat(category)),
      passPlugins("load-pass-plugin",
                  cl::desc("shared library with passes; it runs with all "
                           "rights of this process"),
                  cl::value_desc("LIB"), cl::cat(category)),
      dialectPlugins("load-dialect-plugin",
                     cl::desc("shared library with ops of a dialect; likewise"),
                     cl::value_desc("LIB"), cl::cat(category)),
      inserted("insert-pass", cl::desc("run a pass after a phase"),
               cl::value_desc("after-PHASE:PASS"), cl::cat(category)) {}

bool printError(StringRef tool, const Twine &message) {
  WithColor::error(errs(), tool) << message << "\n";
  return false;
}

std::optional<Phase> readPhase(StringRef tool, StringRef flag, StringRef name) {
  std::optional<Phase> result = phaseFromName(name);
  if (!result) {
    printError(tool, flag + ": no phase \"" + name + "\"; phases are input, " +
                         join(map_range(allPhases(), phaseName), ", "));
  }
  return result;
}

using MeshAxes = SmallVector<std::pair<std::string, int64_t>>;

static bool readMesh(StringRef tool, StringRef flag, StringRef text,
                     MeshAxes &mesh) {
  SmallVector<StringRef> axes;
  text.split(axes, ',');
  for (StringRef axis : axes) {
    auto [name, size] = axis.split('=');
    int64_t value = 0;
    if (name.empty() || size.getAsInteger(10, value) || value < 1 ||
        value > (1 << 20)) {
      return printError(tool, flag + ": \"" + axis +
                                  "\" is not AXIS=N with N from 1 to 1048576; "
                                  "for example " +
                                  flag + "=data=2");
    }
    mesh.push_back({name.str(), value});
  }
  return true;
}

static bool readInserted(StringRef tool, StringRef text,
                         CompilerOptions &options) {
  auto [place, pass] = text.split(':');
  if (!place.consume_front("after-") || pass.empty()) {
    return printError(tool, "--insert-pass: \"" + text +
                                "\" is not after-PHASE:PASS");
  }
  std::optional<Phase> after = readPhase(tool, "--insert-pass", place);
  if (after) {
    options.insertedPasses.push_back({*after, pass.str()});
  }
  return after.has_value();
}

/// Each axis has a power of two times the ranks of the mesh.
static bool checkShared(StringRef tool, const CompilerOptions &options) {
  StringSet<> named;
  for (const auto &[axis, most] : options.reproducible) {
    if (!named.insert(axis).second) {
      return printError(tool, "--reproducible: \"" + axis + "\" stands twice");
    }
    int64_t ranks = options.sizeOf(axis);
    if (most % ranks != 0 || !isPowerOf2_64(uint64_t(most / ranks))) {
      return printError(tool, "--reproducible: " + Twine(ranks) + " rank" +
                                  (ranks > 1 ? "s" : "") + " along \"" + axis +
                                  "\" cannot share the work of " + Twine(most) +
                                  " in powers of two; " + axis + "=" +
                                  Twine(4 * ranks) + " for example can be");
    }
  }
  return true;
}

bool CompilerFlags::readReproducible(StringRef tool,
                                     CompilerOptions &options) const {
  if (reproducible.getNumOccurrences() == 0) {
    return true;
  }
  StringRef text = reproducible;
  return readMesh(tool, "--reproducible", text.empty() ? "data=8" : text,
                  options.reproducible) &&
         checkShared(tool, options);
}

std::optional<CompilerOptions> CompilerFlags::read(StringRef tool) const {
  CompilerOptions options;
  options.bucketBytes = int64_t(bucket);
  options.overlapBytes = int64_t(std::min<uint64_t>(overlap, INT64_MAX));
  options.zeroStage = zero;
  if (zero < 0 || zero > 3) {
    printError(tool, "--zero=" + Twine(zero) + ": stages are 0, 1, 2 and 3");
    return std::nullopt;
  }
  if (mesh.getNumOccurrences() &&
      !readMesh(tool, "--mesh", mesh, options.mesh)) {
    return std::nullopt;
  }
  if (!readReproducible(tool, options)) {
    return std::nullopt;
  }
  for (StringRef text : inserted) {
    if (!readInserted(tool, text, options)) {
      return std::nullopt;
    }
  }
  return options;
}

/// MLIR's loader, with the version that a plugin must have been built for.
template <typename Plugin>
static std::optional<Plugin> load(StringRef tool, StringRef path) {
  Expected<Plugin> plugin = Plugin::load(path.str());
  if (plugin) {
    return *plugin;
  }
  printError(tool, toString(plugin.takeError()) +
                       " (plugins are built for MLIR " LLVM_VERSION_STRING ")");
  return std::nullopt;
}

bool CompilerFlags::loadPlugins(StringRef tool,
                                mlir::DialectRegistry &registry) const {
  for (StringRef path : dialectPlugins) {
    auto plugin = load<mlir::DialectPlugin>(tool, path);
    if (!plugin) {
      return false;
    }
    plugin->registerDialectRegistryCallbacks(registry);
  }
  for (StringRef path : passPlugins) {
    auto plugin = load<mlir::PassPlugin>(tool, path);
    if (!plugin) {
      return false;
    }
    plugin->registerPassRegistryCallbacks();
  }
  return true;
}

} // namespace sft
