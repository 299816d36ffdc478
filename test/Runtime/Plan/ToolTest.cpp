//===- ToolTest.cpp - sft-plan's commands and exit statuses ---------------===//
#include "test/Runtime/Plan/Expect.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sys/wait.h>

namespace sft::rt::test {
namespace {

namespace fs = std::filesystem;

struct Result {
  int status;
  std::string output; ///< standard output and error
};

class ToolTest : public ::testing::Test {
protected:
  ToolTest() {
    std::string pattern = fs::temp_directory_path() / "sft-plan-XXXXXX";
    folder = ::mkdtemp(pattern.data());
    good = folder / "good.plan";
    plan.save(good);
  }
  ~ToolTest() override { fs::remove_all(folder); }

  static Result run(const std::string &arguments) {
    std::string command = SFT_PLAN_TOOL " " + arguments + " 2>&1";
    FILE *pipe = ::popen(command.c_str(), "r");
    Result result;
    char chunk[4096];
    while (size_t got = std::fread(chunk, 1, sizeof(chunk), pipe)) {
      result.output.append(chunk, got);
    }
    result.status = WEXITSTATUS(::pclose(pipe));
    return result;
  }

  static void expect(const std::string &arguments, int status,
                     const std::vector<std::string> &parts) {
    Result result = run(arguments);
    EXPECT_EQ(result.status, status) << result.output;
    for (const std::string &part : parts) {
      EXPECT_NE(result.output.find(part), std::string::npos)
          << "no \"" << part << "\" in:\n"
          << result.output;
    }
  }

  fs::path folder;
  std::string good;
  PlanBuilder plan = dataParallelPlan(2);
};

TEST_F(ToolTest, Help) {
  expect("--help", 0, {"usage: sft-plan", "examples:"});
  expect("show --help", 0, {"usage: sft-plan"});
}

TEST_F(ToolTest, Usage) {
  expect("", 64, {"error[SFT0001]", "no command"});
  expect("shwo " + good, 64, {"unknown command \"shwo\""});
  expect("show", 64, {"no file"});
  expect("show --jsno " + good, 64, {"unknown option \"--jsno\""});
  expect("diff " + good, 64, {"two files"});
}

TEST_F(ToolTest, Verify) {
  expect("verify " + good, 0, {good + ": ok "});
  expect("verify " + good + " " + std::string(folder / "none"), 66,
         {"error[SFT0101]", "none"});
  fs::resize_file(good, fs::file_size(good) - 1);
  expect("verify " + good, 65, {"sft-plan: error[SFT0107]", good});
}

TEST_F(ToolTest, Show) {
  expect("show " + good, 0,
         {"mesh          {\"data\":2}", "program all: buffers", "w.momentum",
          "square(r:y, w:loss) over 8", "y[8x2] = x[8x4] * w[4x2]",
          "all_reduce Sum of g -> g on \"data\", tag 2",
          "; test.mlir:3:7 (\"sft.matmul\")"});
}

TEST_F(ToolTest, Stats) {
  nlohmann::json stats =
      nlohmann::json::parse(run("stats --json " + good).output);
  const nlohmann::json &program = stats["programs"][0];
  EXPECT_EQ(program["arena_bytes"], plan.plan.programs[0]->arena_bytes);
  EXPECT_EQ(program["bytes_by_kind"]["Parameter"], 32);
  const nlohmann::json &gradients = program["entries"]["Gradients"];
  EXPECT_EQ(gradients["flops"], 2 * 8 * 4 * 2);
  EXPECT_EQ(gradients["instructions"]["launch"], 2);
  const nlohmann::json &sum =
      gradients["communication"]["\"data\""]["all_reduce"];
  EXPECT_EQ(sum["count"], 2);
  EXPECT_EQ(sum["bytes"], 4 + 32);
  EXPECT_EQ(program["step"]["flops"], 2 * 8 * 4 * 2);
  EXPECT_EQ(program["step"]["bytes_by_axes"]["\"data\""], 4 + 32);
  const nlohmann::json &largest = program["largest_buffers"][0];
  EXPECT_EQ(largest["at"], "test.mlir:3:7 (\"sft.matmul\")");
  expect("stats " + good, 0,
         {"largest buffers", "2 all_reduce", "over \"data\": 36 B",
          "; test.mlir:3:7"});
}

TEST_F(ToolTest, StatsCountCallsAsOftenAsTheyRun) {
  PlanBuilder pipeline = pipelinePlan();
  pipeline.save(good);
  nlohmann::json stats =
      nlohmann::json::parse(run("stats --json " + good).output);
  const nlohmann::json &group =
      stats["programs"][0]["entries"]["Gradients"]["communication"];
  EXPECT_EQ(group["\"pipe\""]["send"]["count"], 2);
}

TEST_F(ToolTest, Diff) {
  std::string same = folder / "same.plan", other = folder / "other.plan";
  plan.save(same);
  Result equal = run("diff " + good + " " + same);
  EXPECT_EQ(equal.status, 0);
  EXPECT_EQ(equal.output, "");
  plan.plan.programs[0]->functions[0]->instructions[0]->op.AsFill()->pattern =
      7;
  plan.save(other);
  expect("diff " + good + " " + other, 1,
         {"function Initialize", "-     0  fill w with 0x3f800000",
          "+     0  fill w with 0x7"});
}

/// `good` on twice the ranks: one all-reduce less in a step; a product, a
/// kernel and a buffer more.
PlanBuilder changedPlan() {
  PlanBuilder changed = dataParallelPlan(4);
  ProgramBuilder(changed.plan, 0).buffer("extra", {100});
  auto &gradients = changed.plan.programs[0]->functions[1]->instructions;
  gradients.erase(gradients.begin() + 4);
  for (size_t i : {2, 1}) {
    auto copy = std::make_unique<fb::InstructionT>(*gradients[i]);
    gradients.insert(gradients.begin() + int64_t(i), std::move(copy));
  }
  return changed;
}

TEST_F(ToolTest, DiffSaysFirstWhatAPersonAsks) {
  std::string other = folder / "other.plan";
  changedPlan().save(other);
  Result text = run("diff " + good + " " + other);
  EXPECT_EQ(text.status, 1);
  size_t from = 0;
  for (const char *part :
       {"mesh and programs\n  mesh axis data: 2 -> 4\n"
        "  ranks of program all: 2 -> 4\n",
        "program all: collectives\n"
        "  Gradients: all_reduce on \"data\", 2 -> 1, 36 B -> 32 B (-11.1%)\n",
        "program all: memory\n  arena, the peak: ", "  Temporary: ",
        "  + 400 B  temporary 100xf32\n",
        "program all: contractions\n"
        "  Gradients: 128 FLOP -> 256 FLOP (+100.0%)\n",
        "program all: kernels\n  Gradients: 2 -> 3 launches\n"
        "  + 1 square in Gradients\n",
        "program all: function Gradients\n  - "}) {
    size_t found = text.output.find(part, from);
    ASSERT_NE(found, std::string::npos) << "no \"" << part << "\" in:\n"
                                        << text.output.substr(from);
    from = found;
  }
}

TEST_F(ToolTest, DiffAsJson) {
  std::string other = folder / "other.plan";
  changedPlan().save(other);
  nlohmann::json diff =
      nlohmann::json::parse(run("diff --json " + good + " " + other).output);
  const nlohmann::json &changes = diff["changes"];
  auto pair = [](auto first, auto second) {
    return nlohmann::json{{"first", first}, {"second", second}};
  };
  EXPECT_EQ(changes["mesh"]["data"], pair(2, 4));
  const nlohmann::json &program = changes["programs"]["all"];
  EXPECT_EQ(program["tensors"]["temporary 100xf32"], pair(nullptr, 400));
  const nlohmann::json &gradients = program["entries"]["Gradients"];
  EXPECT_EQ(gradients["communication"]["\"data\""]["all_reduce"]["count"],
            pair(2, 1));
  EXPECT_EQ(gradients["kernels"]["square"], pair(1, 2));
  EXPECT_FALSE(program["entries"].contains("Evaluate"));
  EXPECT_FALSE(diff["listing"].empty());

  diff = nlohmann::json::parse(run("diff --json " + good + " " + good).output);
  EXPECT_EQ(diff, nlohmann::json::parse(R"({"changes": {}, "listing": []})"));
}

TEST_F(ToolTest, DiffOfOtherPrograms) {
  std::string other = folder / "other.plan";
  pipelinePlan().save(other);
  expect("diff " + good + " " + other, 1,
         {"mesh axis data: 2 -> 0", "mesh axis pipe: 0 -> 2",
          "ranks of program all: 2 -> 0", "ranks of program front: 0 -> 1",
          "Gradients: send on \"pipe\", 0 -> 2, 0 B -> 32 B"});
}

TEST_F(ToolTest, P22_NamesAreEscaped) {
  plan.plan.programs[0]->buffers[0]->name = "\x1b[31mred\nline\xff";
  plan.save(good);
  Result text = run("show " + good);
  EXPECT_EQ(text.output.find('\x1b'), std::string::npos);
  EXPECT_NE(text.output.find("\\x1b[31mred\\nline"), std::string::npos);
  Result json = run("show --json " + good);
  EXPECT_EQ(json.status, 0);
  EXPECT_TRUE(nlohmann::json::accept(json.output));
}

} // namespace
} // namespace sft::rt::test
