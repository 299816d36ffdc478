//===- Main.cpp - sft-plan: look into a plan ------------------------------===//
#include "tools/sft-plan/Commands.h"
#include "tools/sft-plan/Options.h"

#include <cstdio>

using namespace sft;
using namespace sft::tool;
using Command = Options::Command;
using PlanPtr = std::unique_ptr<rt::PlanFile>;

static int fail(const rt::Status &status) {
  std::fprintf(stderr, "sft-plan: %s\n", status.toString().c_str());
  return int(status.code());
}

static void print(const std::vector<Section> &sections) {
  for (const auto &[heading, lines] : sections) {
    std::printf("%s\n", textLine(heading).c_str());
    for (const std::string &line : lines) {
      std::printf("  %s\n", textLine(line).c_str());
    }
  }
}

static void printJson(const Json &document) {
  std::puts(
      document.dump(2, ' ', true, Json::error_handler_t::replace).c_str());
}

static void printOne(const Options &options, const rt::PlanFile &file) {
  if (options.command == Command::Verify) {
    Json result = {{"file", file.path()}, {"digest", file.digest()}};
    return options.json ? printJson(result)
                        : print({{file.path() + ": ok " + file.digest(), {}}});
  }
  bool stats = options.command == Command::Stats;
  Json document = stats ? statsOf(file) : modelOf(file);
  return options.json ? printJson(document)
                      : print(stats ? statsText(document) : showText(document));
}

static int printDiff(const Options &options,
                     const std::vector<PlanPtr> &files) {
  Json changes = changesOf(*files[0], *files[1]);
  std::vector<Section> listing =
      differences(showText(modelOf(*files[0])), showText(modelOf(*files[1])));
  if (options.json) {
    printJson({{"changes", changes}, {"listing", listing}});
  } else {
    print(changesText(changes));
    print(listing);
  }
  return changes.empty() && listing.empty() ? 0 : 1;
}

int main(int argc, char **argv) {
  auto options = parseOptions({argv + 1, argv + argc});
  if (!options) {
    return fail(options.status());
  }
  if (options->command == Command::Help) {
    return std::fputs(kHelp, stdout) < 0;
  }
  std::vector<PlanPtr> files;
  for (const std::string &path : options->files) {
    rt::Expected<PlanPtr> file = rt::PlanFile::load(path);
    if (!file) {
      return fail(file.status());
    }
    files.push_back(std::move(*file));
  }
  if (options->command == Command::Diff) {
    return printDiff(*options, files);
  }
  for (const PlanPtr &file : files) {
    printOne(*options, *file);
  }
  return std::fflush(stdout) == 0 ? 0 : int(rt::Code::Io);
}
