// Small files of every format, cut at every length and with every byte set to
// values that tend to hurt. Readers must return, and what they accept must be
// bindable without reading outside (run under AddressSanitizer for that).
#include "runtime/checkpoint/Safetensors.h"
#include "runtime/data/Csr.h"
#include "test/Runtime/Data/Testing.h"
#include "test/Runtime/TemporaryFolder.h"

namespace sft::rt {
namespace {

using Read = Expected<Dataset> (*)(std::span<const std::byte>);

/// Reads a copy of exactly this size, so that a sanitizer sees its end.
void tryRead(Read read, std::string_view text) {
  std::span<const std::byte> bytes = bytesOf(text);
  std::vector<std::byte> copy(bytes.begin(), bytes.end());
  Expected<Dataset> data = read(copy);
  if (!data.ok()) {
    EXPECT_EQ(data.status().code(), Code::Data) << data.status().message();
    return;
  }
  for (const DenseArray &array : data->dense) {
    size_t bytes = size_t(array.dims.empty() ? 1 : array.dims[0]) *
                   size_t(array.rowElements()) * sizeOf(array.type);
    std::vector<std::byte> all(array.data, array.data + bytes);
    EXPECT_EQ(all.size(), bytes);
  }
  (void)joinCsrTriples(*data);
}

void mutate(Read read, const std::string &file) {
  ASSERT_TRUE(read(bytesOf(file)).ok())
      << read(bytesOf(file)).status().message();
  for (size_t length = 0; length < file.size(); ++length) {
    tryRead(read, std::string_view(file).substr(0, length));
  }
  std::string mutant = file;
  for (size_t i = 0; i < file.size(); ++i) {
    for (int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      mutant[i] = char(value);
      tryRead(read, mutant);
    }
    mutant[i] = file[i];
  }
}

const std::string kNpy = npyOf("<f4", "(2, 2)", raw<float>({1, 2, 3, 4}));

TEST(Mutation, Npy) {
  mutate([](auto bytes) { return readNpy(bytes, "x"); }, kNpy);
  mutate([](auto bytes) { return readNpy(bytes, "x"); },
         npyOf(">i2", "(2, 2)", std::string(8, '\1'), true));
}

TEST(Mutation, Npz) {
  mutate([](auto bytes) { return readNpz(bytes); },
         readFile(SFT_CORPUS "/npz/numpy-compressed.npz"));
}

TEST(Mutation, Libsvm) {
  mutate(readLibsvm, "1 qid:7 1:1 3:2e-1 # c\n-1 2:3\n");
}

TEST(Mutation, Csv) { mutate(readCsv, "a,\"b\"\n1,2\n\"3\",4.5e1\n"); }

TEST(Mutation, Safetensors) {
  std::string header = "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":"
                       "\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
                       "\"b\":{\"dtype\":\"U8\",\"shape\":[],"
                       "\"data_offsets\":[8,9]}}";
  std::string file =
      le(uint64_t(header.size())) + header + std::string(9, '\2');
  mutate([](auto bytes) { return readSafetensors(bytes); }, file);
}

} // namespace
} // namespace sft::rt
