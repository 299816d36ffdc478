#include "test/Runtime/Data/Testing.h"

#include <zlib.h>

namespace sft::rt {
namespace {

struct ZipMember {
  std::string name, content;
  bool deflated = false;
  uint16_t flags = 0;
  uint32_t claimedBytes = 0; ///< 0: the true size
};

std::string deflated(const std::string &content) {
  z_stream stream = {};
  EXPECT_EQ(
      deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY),
      Z_OK);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in =
      reinterpret_cast<Bytef *>(const_cast<char *>(content.data()));
  stream.avail_in = uInt(content.size());
  stream.next_out = reinterpret_cast<Bytef *>(out.data());
  stream.avail_out = uInt(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// The fields that local header and directory entry have in common.
std::string common(const ZipMember &member, size_t packed) {
  uint32_t bytes = member.claimedBytes ? member.claimedBytes
                                       : uint32_t(member.content.size());
  uint32_t crc =
      uint32_t(crc32(0, reinterpret_cast<const Bytef *>(member.content.data()),
                     uInt(member.content.size())));
  return le(uint16_t(20)) + le(member.flags) +
         le(uint16_t(member.deflated ? 8 : 0)) + le(uint32_t(0)) + le(crc) +
         le(uint32_t(packed)) + le(bytes) + le(uint16_t(member.name.size())) +
         le(uint16_t(0));
}

std::string zip(const std::vector<ZipMember> &members) {
  std::string file, directory;
  for (const ZipMember &member : members) {
    std::string packed =
        member.deflated ? deflated(member.content) : member.content;
    directory += "PK\1\2" + le(uint16_t(20)) + common(member, packed.size()) +
                 std::string(10, '\0') + le(uint32_t(file.size())) +
                 member.name;
    file += "PK\3\4" + common(member, packed.size()) + member.name + packed;
  }
  uint16_t count = uint16_t(members.size());
  return file + directory + "PK\5\6" + le(uint32_t(0)) + le(count) + le(count) +
         le(uint32_t(directory.size())) + le(uint32_t(file.size())) +
         le(uint16_t(0));
}

const std::string kArray = npyOf("<f4", "(2,)", raw<float>({5, 6}));

Expected<Dataset> read(const std::string &file,
                       const ReadOptions &options = {}) {
  return readNpz(bytesOf(file), options);
}

TEST(Npz, ReadsStoredAndDeflated) {
  std::string file = zip({{"a.npy", kArray}, {"b.npy", kArray, true}});
  auto data = read(file);
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(at<float>(*data->findDense("a"), 1), 6);
  EXPECT_EQ(at<float>(*data->findDense("b"), 0), 5);
}

TEST(Npz, D05_Bomb) {
  std::string zeros = npyOf("<f4", "(1048576,)", std::string(4 << 20, '\0'));
  expectError(read(zip({{"x.npy", zeros, true}})), Code::Data,
              "expands more than 1000 times");
  ReadOptions small;
  small.maxBytes = kArray.size() - 1;
  expectError(read(zip({{"x.npy", kArray}}), small), Code::Data,
              "over the limit");
}

TEST(Npz, D05_OverlappingMembers) {
  std::string file = zip({{"a.npy", kArray}, {"b.npy", kArray}});
  // Point the second directory entry at the first member.
  size_t entry = file.rfind("PK\1\2");
  file.replace(entry + 42, 4, le(uint32_t(0)));
  expectError(read(file), Code::Data, "overlaps");
}

TEST(Npz, D05_Names) {
  expectError(read(zip({{"../x.npy", kArray}})), Code::Data, "is a path");
  expectError(read(zip({{"x.npy", kArray}, {"x.npy", kArray}})), Code::Data,
              "twice");
  expectError(read(zip({{"x.txt", "hello"}})), Code::Data, "not an array");
}

TEST(Npz, D05_EncryptedZip64AndCut) {
  expectError(read(zip({{"x.npy", kArray, false, 1}})), Code::Data,
              "encrypted");
  expectError(read(zip({{"x.npy", kArray, false, 0, UINT32_MAX}})), Code::Data,
              "zip64");
  std::string file = zip({{"x.npy", kArray}});
  expectError(read(file.substr(0, file.size() - 1)), Code::Data,
              "no central directory");
}

TEST(Npz, ChecksumAndSize) {
  std::string file = zip({{"x.npy", kArray}});
  file[30 + 5 + kArray.size() - 1] ^= 1;
  expectError(read(file), Code::Data, "checksum");
  std::string grown = zip({{"x.npy", kArray, true, 0, 500}});
  expectError(read(grown), Code::Data, "does not inflate");
}

TEST(Npz, S17_PyTorchArchive) {
  expectError(read(zip({{"archive/data.pkl", "x"}})), Code::Data,
              "pickle is not supported");
}

} // namespace
} // namespace sft::rt
