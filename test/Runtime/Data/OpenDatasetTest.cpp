#include "test/Runtime/Data/Testing.h"
#include "test/Runtime/TemporaryFolder.h"

#include <sys/stat.h>
#include <unistd.h>

namespace sft::rt {
namespace {

TEST(OpenDataset, ContentComesBeforeSuffix) {
  TemporaryFolder folder;
  std::string array = npyOf("<f4", "(2,)", raw<float>({1, 2}));
  auto data = openDataset(folder.write("temperature.csv", array));
  ASSERT_TRUE(data.ok()) << data.status().message();
  const DenseArray *x = (*data)->findDense("temperature");
  ASSERT_NE(x, nullptr);
  EXPECT_NE(x->storage, nullptr);
  EXPECT_EQ(at<float>(*x, 1), 2);
  EXPECT_EQ((*data)->describe(), "temperature: f32[2]");
}

TEST(OpenDataset, SuffixDecidesAboutText) {
  TemporaryFolder folder;
  EXPECT_TRUE(openDataset(folder.write("a.CSV", "a\n1\n")).ok());
  EXPECT_TRUE(openDataset(folder.write("a.svm", "1 1:1\n")).ok());
  expectError(openDataset(folder.write("a.dat", "1 1:1\n")), Code::Data,
              "format is not known");
}

TEST(OpenDataset, ErrorsNameTheFile) {
  TemporaryFolder folder;
  expectError(openDataset(folder.write("bad.svm", "1 0:1\n")), Code::Data,
              "bad.svm: libsvm: line 1");
}

TEST(OpenDataset, D14_NotARegularFile) {
  TemporaryFolder folder;
  expectError(openDataset(folder / "missing.csv"), Code::NoInput,
              "No such file");
  expectError(openDataset(folder.path), Code::NoInput, "a directory");
  ASSERT_EQ(mkfifo((folder / "pipe.csv").c_str(), 0600), 0);
  expectError(openDataset(folder / "pipe.csv"), Code::NoInput, "a pipe");
  expectError(openDataset("/dev/zero"), Code::NoInput, "a device");
  std::string closed = folder.write("closed.csv", "a\n1\n");
  ASSERT_EQ(chmod(closed.c_str(), 0), 0);
  if (geteuid() != 0) { // nothing is unreadable for root
    expectError(openDataset(closed), Code::NoInput, "Permission denied");
  }
}

TEST(OpenDataset, S16_SparseFileOfManyExbibytes) {
  TemporaryFolder folder;
  std::string path = folder.write("big.safetensors", "");
  off_t size = off_t(1) << 62;
  while (truncate(path.c_str(), size) != 0 && size > off_t(1) << 35) {
    size >>= 1; // the file system's own limit
  }
  expectError(openDataset(path), Code::Data, "more than the limit");
}

TEST(OpenDataset, S17_Pickle) {
  TemporaryFolder folder;
  expectError(openDataset(folder.write("model.pt", "\x80\x02}q\x01.")),
              Code::Data, "pickle is not supported; convert to safetensors");
}

} // namespace
} // namespace sft::rt
