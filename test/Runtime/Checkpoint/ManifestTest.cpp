#include "runtime/checkpoint/Manifest.h"
#include "runtime/base/File.h"
#include "test/Runtime/Data/Testing.h"

#include <nlohmann/json.hpp>

namespace sft::rt {
namespace {

Manifest sample() {
  Manifest manifest;
  manifest.state = {1000, 2, 3, 42, true};
  manifest.identity = {"abc", ~uint64_t(0), "data=2", 2};
  manifest.files = {{"a.safetensors", "00", 8}, {"b.safetensors", "11", 8}};
  manifest.tensors["w"] = {
      DataType::F32, {4, 2}, {{0, {{0, 0}, {2, 2}}}, {1, {{2, 0}, {2, 2}}}}};
  return manifest;
}

TEST(Manifest, RoundTrip) {
  auto read = Manifest::fromJson(sample().toJson());
  ASSERT_TRUE(read.ok()) << read.status().message();
  EXPECT_EQ(read->state.step, 1000u);
  EXPECT_TRUE(read->state.shuffle);
  EXPECT_EQ(read->identity.modelFingerprint, ~uint64_t(0));
  EXPECT_EQ(read->tensors.at("w").slices[1].box.offset,
            (std::vector<int64_t>{2, 0}));
}

void rejected(const std::string &text, const char *part) {
  expectError(Manifest::fromJson(text), Code::Data, part);
}

TEST(Manifest, S14_EveryChangeOfAByteIsNoticed) {
  std::string text = sample().toJson();
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::isspace(static_cast<unsigned char>(text[i]))) {
      continue; // formatting means nothing
    }
    std::string mutant = text;
    mutant[i] = char(mutant[i] ^ 4);
    EXPECT_FALSE(Manifest::fromJson(mutant).ok()) << i;
    EXPECT_FALSE(Manifest::fromJson(text.substr(0, i)).ok()) << i;
  }
}

TEST(Manifest, S14_FileNames) {
  for (const char *name : {"../x", "a/b", "", ".hidden", "a\nb"}) {
    Manifest manifest = sample();
    manifest.files[0].name = name;
    rejected(manifest.toJson(), "not a name in the checkpoint's folder");
  }
}

TEST(Manifest, S14_Slices) {
  Manifest manifest = sample();
  manifest.tensors["w"].slices[1].box.offset[0] = 1;
  rejected(manifest.toJson(), "slices overlap");
  manifest.tensors["w"].slices.pop_back();
  rejected(manifest.toJson(), "do not cover");
  manifest.tensors["w"].slices[0].box.size[1] = 3;
  rejected(manifest.toJson(), "lies outside");
}

TEST(Manifest, S14_UnknownVersion) {
  std::string text = sample().toJson();
  size_t at = text.find("\"format_version\": 1");
  ASSERT_NE(at, text.npos);
  text.replace(at, 19, "\"format_version\": 9");
  rejected(text, "format_version 9 is not known");
}

TEST(Manifest, DeepNesting) {
  rejected("{\"x\":" + std::string(200'000, '['), "not a JSON object");
  rejected("{\"format_version\":1,\"x\":" + std::string(100'000, '[') +
               std::string(100'000, ']') + "}",
           "missing");
}

TEST(Slices, CopyOverlap) {
  // A 2 x 3 part at (1, 1) into a 3 x 2 part at (0, 2) of a 3 x 4 tensor.
  int32_t from[] = {11, 12, 13, 21, 22, 23};
  int32_t to[] = {0, 0, 0, 0, 0, 0};
  int64_t copied =
      copyOverlap({{1, 1}, {2, 3}}, reinterpret_cast<const std::byte *>(from),
                  {{0, 2}, {3, 2}}, reinterpret_cast<std::byte *>(to), 4);
  EXPECT_EQ(copied, 4);
  EXPECT_EQ(std::vector(to, to + 6),
            (std::vector<int32_t>{0, 0, 12, 13, 22, 23}));
}

TEST(Slices, ScalarsAndEmpty) {
  int32_t from = 5, to = 0;
  EXPECT_EQ(copyOverlap({}, reinterpret_cast<const std::byte *>(&from), {},
                        reinterpret_cast<std::byte *>(&to), 4),
            1);
  EXPECT_EQ(to, 5);
  EXPECT_EQ(copyOverlap({{0}, {0}}, nullptr, {{0}, {4}}, nullptr, 4), 0);
}

} // namespace
} // namespace sft::rt
