#include "runtime/base/File.h"
#include "runtime/base/Failpoint.h"
#include "test/Runtime/TemporaryFolder.h"

#include <sys/stat.h>

namespace sft::rt {
namespace {

size_t entries(const std::string &folder) {
  return size_t(std::distance(std::filesystem::directory_iterator(folder), {}));
}

Status writeText(const std::string &path, const std::string &text) {
  return writeFileAtomically(
      path, [&](FileWriter &file) { return file.write(text); });
}

TEST(File, RoundTrip) {
  TemporaryFolder folder;
  ASSERT_TRUE(writeText(folder / "a", "hello").ok());
  auto content = readWholeFile(folder / "a", 5);
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(content->size, 5u);
  EXPECT_EQ(entries(folder.path), 1u);
  EXPECT_EQ(readWholeFile(folder / "a", 4).status().code(), Code::Data);
}

TEST(File, HashIsThatOfXxhsum) {
  EXPECT_EQ(hex(hash128({})), "99aa06d3014798d86001c324468d497f");
}

TEST(File, NewFilesHaveTheUmasksMode) {
  TemporaryFolder folder;
  mode_t old = umask(027);
  ASSERT_TRUE(writeText(folder / "a", "x").ok());
  umask(old);
  struct stat info;
  ASSERT_EQ(stat((folder / "a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
}

TEST(File, F18_FailedWriteLeavesTheOldFile) {
  TemporaryFolder folder;
  folder.write("a", "old");
  for (const char *fault : {"file.write:eio", "file.write:enospc",
                            "file.write:short", "file.sync:eio"}) {
    ASSERT_TRUE(armFailpoints(fault).ok());
    EXPECT_EQ(writeText(folder / "a", "new").code(), Code::Io) << fault;
    ASSERT_TRUE(armFailpoints(nullptr).ok());
    EXPECT_EQ(readFile(folder / "a"), "old") << fault;
    EXPECT_EQ(entries(folder.path), 1u) << fault;
  }
}

TEST(File, MissingFolderIsCannotCreate) {
  TemporaryFolder folder;
  EXPECT_EQ(writeText(folder / "no/such", "x").code(), Code::CannotCreate);
}

} // namespace
} // namespace sft::rt
