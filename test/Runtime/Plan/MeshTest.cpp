#include "runtime/plan/Mesh.h"

#include "test/Runtime/Plan/Expect.h"

namespace sft::rt::test {
namespace {

using Ranks = std::vector<int>;

class MeshTest : public ::testing::Test {
protected:
  MeshTest() {
    PlanBuilder builder({{"data", 2}, {"tensor", 3}, {"pipe", 2}});
    for (const std::vector<uint32_t> &axes :
         {std::vector<uint32_t>{}, {0}, {1}, {2}, {2, 0}, {0, 1, 2}}) {
      builder.group(axes);
    }
    builder.program("all");
    file = std::move(*PlanFile::fromBytes(builder.finish()));
  }
  const fb::Plan &plan() { return file->plan(); }

  std::unique_ptr<PlanFile> file;
};

TEST_F(MeshTest, LastAxisVariesFastest) {
  EXPECT_EQ(coordinates(plan(), 0), (Ranks{0, 0, 0}));
  EXPECT_EQ(coordinates(plan(), 1), (Ranks{0, 0, 1}));
  EXPECT_EQ(coordinates(plan(), 7), (Ranks{1, 0, 1}));
  EXPECT_EQ(coordinates(plan(), 11), (Ranks{1, 2, 1}));
}

TEST_F(MeshTest, AxesAreListedByName) {
  EXPECT_EQ(axesText(plan(), 4), "pipe,data");
  EXPECT_EQ(meshText(plan()), "data=2,tensor=3,pipe=2");
}

TEST(MeshText, AllPartsOfAnAxisAreTheAxis) {
  PlanBuilder builder({{"data", 2}, {"tensor:0", 2}, {"tensor:1", 3}});
  for (const std::vector<uint32_t> &axes :
       {std::vector<uint32_t>{1, 2}, {0, 1, 2}, {2}, {2, 1}, {1}, {1, 0}}) {
    builder.group(axes);
  }
  builder.program("all");
  auto file = std::move(*PlanFile::fromBytes(builder.finish()));
  const fb::Plan &plan = file->plan();
  EXPECT_EQ(meshText(plan), "data=2,tensor=6");
  std::vector<std::string> texts;
  for (uint32_t group = 0; group < plan.groups()->size(); ++group) {
    texts.push_back(axesText(plan, group));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"tensor", "data,tensor",
                                             "tensor:1", "tensor:1,tensor:0",
                                             "tensor:0", "tensor:0,data"}));
}

TEST_F(MeshTest, GroupOfNoAxisIsTheRankItself) {
  EXPECT_EQ(groupMembers(plan(), 0, 5), (Ranks{5}));
}

TEST_F(MeshTest, GroupsOfOneAxis) {
  EXPECT_EQ(groupMembers(plan(), 1, 7), (Ranks{1, 7}));
  EXPECT_EQ(groupMembers(plan(), 2, 7), (Ranks{7, 9, 11}));
  EXPECT_EQ(groupMembers(plan(), 3, 7), (Ranks{6, 7}));
}

TEST_F(MeshTest, TheFirstListedAxisIsTheMajorOne) {
  EXPECT_EQ(groupMembers(plan(), 4, 3), (Ranks{2, 8, 3, 9}));
}

TEST_F(MeshTest, IndexFitsMembers) {
  for (uint32_t group = 0; group < plan().groups()->size(); ++group) {
    for (int rank = 0; rank < 12; ++rank) {
      Ranks members = groupMembers(plan(), group, rank);
      EXPECT_EQ(members.size(), groupSize(plan(), group));
      EXPECT_EQ(members[groupIndex(plan(), group, rank)], rank);
    }
  }
}

} // namespace
} // namespace sft::rt::test
