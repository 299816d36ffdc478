// Texts as rows of tokens.
#include "test/Runtime/Data/Testing.h"
#include "test/Runtime/TemporaryFolder.h"

#include "runtime/checkpoint/Safetensors.h"

namespace sft::rt {
namespace {

using Tokens = std::vector<int32_t>;

InputSpec input(const char *name, int64_t batch, int64_t length) {
  return {.name = name,
          .type = DataType::I32,
          .globalShape = {batch, length},
          .limits = {},
          .rows = batch};
}

/// All rows of a batch of one input.
Tokens load(const BatchReader &reader, size_t input, int64_t batch, size_t size,
            const Shuffle *shuffle = nullptr) {
  Tokens rows(size, -1);
  void *buffers[] = {rows.data()};
  reader.load(input, batch, shuffle, buffers);
  return rows;
}

TEST(PlainText, TokensArePlacesInTheSortedBytes) {
  auto data = readText(bytesOf("cab\xff a"));
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(data->vocabulary, " abc\xff");
  EXPECT_EQ(*data->tokens, (Tokens{3, 1, 2, 4, 0, 1}));
  EXPECT_EQ(data->describe(), "a text of 6 bytes, 5 different ones");
}

TEST(PlainText, TargetsAreTheNextTokens) {
  auto reader =
      BatchReader::create(shared(readText(bytesOf("abcdefgh"))),
                          {input("targets", 2, 3), input("tokens", 2, 3)});
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  // Seven tokens have a next one: two whole pieces of three.
  EXPECT_EQ((*reader)->rows(), 2);
  EXPECT_EQ(load(**reader, 1, 0, 6), (Tokens{0, 1, 2, 3, 4, 5}));
  EXPECT_EQ(load(**reader, 0, 0, 6), (Tokens{1, 2, 3, 4, 5, 6}));
}

TEST(PlainText, ShufflesPiecesNotTokens) {
  std::string text;
  for (char c = 'a'; c <= 'z'; ++c) {
    text += c;
  }
  auto reader =
      BatchReader::create(shared(readText(bytesOf(text))),
                          {input("tokens", 5, 5), input("targets", 5, 5)});
  ASSERT_TRUE(reader.ok()) << reader.status().message();
  Shuffle shuffle(5, 3, 0);
  Tokens tokens = load(**reader, 0, 0, 25, &shuffle);
  Tokens targets = load(**reader, 1, 0, 25, &shuffle);
  EXPECT_NE(tokens, load(**reader, 0, 0, 25));
  for (size_t i = 0; i < tokens.size(); ++i) {
    EXPECT_EQ(targets[i], tokens[i] + 1);
    EXPECT_EQ(tokens[i] % 5, int32_t(i % 5));
  }
}

TEST(PlainText, TakesTheVocabularyOfTheTraining) {
  auto data = readText(bytesOf("ca"), "abc");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ(*data->tokens, (Tokens{2, 0}));
  expectError(readText(bytesOf("cad"), "abc"), Code::Data,
              "byte 0x64 at offset 2 is none of the 3");
  expectError(readText(bytesOf("")), Code::Data, "no samples");
}

TEST(PlainText, VocabularyStandsInSavedParameters) {
  TemporaryFolder folder;
  std::string vocabulary("\0 z\xfe", 4);
  ASSERT_TRUE(writeSafetensors(folder / "p.safetensors", {},
                               {{"vocabulary", hexOf(vocabulary)}})
                  .ok());
  auto data = openDataset(folder / "p.safetensors");
  ASSERT_TRUE(data.ok()) << data.status().message();
  EXPECT_EQ((*data)->vocabulary, vocabulary);
  for (const char *bad : {"6", "6g", "6261", "6161", "FF"}) {
    ASSERT_TRUE(
        writeSafetensors(folder / "bad.safetensors", {}, {{"vocabulary", bad}})
            .ok());
    expectError(openDataset(folder / "bad.safetensors"), Code::Data,
                "\"vocabulary\" is not a list of bytes");
  }
}

TEST(PlainText, TxtIsLibsvmIfItsFirstLineIs) {
  TemporaryFolder folder;
  auto rows = openDataset(folder.write("rows.txt", "# x\n\n1 2:3 # y\n"));
  ASSERT_TRUE(rows.ok()) << rows.status().message();
  EXPECT_NE((*rows)->findSparse("x"), nullptr);
  auto text = openDataset(folder.write("text.txt", "1 of 2: three\n"));
  ASSERT_TRUE(text.ok()) << text.status().message();
  EXPECT_TRUE((*text)->tokens);
}

TEST(PlainText, MisfitsSayWhatATextFeeds) {
  auto data = shared(readText(bytesOf("abcdefgh")));
  expectError(BatchReader::create(data, {input("x", 1, 3)}), Code::Config,
              "8 different ones, for \"tokens\" and \"targets\"");
  InputSpec vector = input("tokens", 1, 3);
  vector.globalShape = {3};
  expectError(BatchReader::create(data, {vector}), Code::Config,
              "must be [rows, length]");
  expectError(BatchReader::create(data, {input("tokens", 1, 8)}), Code::Data,
              "no samples");
}

} // namespace
} // namespace sft::rt
