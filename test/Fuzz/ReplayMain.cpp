//===- ReplayMain.cpp - Feed a corpus to a fuzz target --------------------===//
//
// Replays files, and the files of folders, through LLVMFuzzerTestOneInput
// where libFuzzer is not linked. An empty corpus is an error: a test that
// feeds nothing proves nothing.
//
//===----------------------------------------------------------------------===//
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace fs = std::filesystem;

static void feed(const fs::path &path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  // An exact heap copy, so that a read behind the end is seen.
  std::vector<uint8_t> exact(bytes.begin(), bytes.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

static size_t feedAll(const fs::path &path) {
  if (!fs::is_directory(path)) {
    feed(path);
    return 1;
  }
  size_t count = 0;
  for (const fs::directory_entry &entry :
       fs::recursive_directory_iterator(path)) {
    if (entry.is_regular_file()) {
      feed(entry.path());
      ++count;
    }
  }
  return count;
}

int main(int argc, char **argv) {
  size_t count = 0;
  for (int i = 1; i < argc; ++i) {
    count += feedAll(argv[i]);
  }
  std::printf("%zu inputs replayed\n", count);
  return count == 0;
}
