#include "runtime/data/Dataset.h"

#include <array>

namespace sft::rt {
namespace {

constexpr int32_t kNone = -1;

/// Position of each byte value in the vocabulary.
std::array<int32_t, 256> numbersOf(const std::string &vocabulary) {
  std::array<int32_t, 256> numbers;
  numbers.fill(kNone);
  for (size_t i = 0; i < vocabulary.size(); ++i) {
    numbers[uint8_t(vocabulary[i])] = int32_t(i);
  }
  return numbers;
}

std::string distinctBytes(std::span<const std::byte> text) {
  std::array<bool, 256> seen{};
  for (std::byte byte : text) {
    seen[size_t(byte)] = true;
  }
  std::string vocabulary;
  for (size_t value = 0; value < seen.size(); ++value) {
    if (seen[value]) {
      vocabulary += char(value);
    }
  }
  return vocabulary;
}

int hexDigit(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}

} // namespace

Expected<Dataset> readText(std::span<const std::byte> file,
                           const std::string &vocabulary) {
  if (file.empty()) {
    return Status::error(Code::Data, 202, "text: no samples in the file");
  }
  Dataset data;
  data.vocabulary = vocabulary.empty() ? distinctBytes(file) : vocabulary;
  std::array<int32_t, 256> numbers = numbersOf(data.vocabulary);
  auto tokens = std::make_shared<std::vector<int32_t>>();
  tokens->reserve(file.size());
  for (std::byte byte : file) {
    if (numbers[size_t(byte)] == kNone) {
      return Status::error(
          Code::Data, 226,
          format("text: byte 0x%02x at offset %zu is none of the %zu that the "
                 "training text is made of",
                 unsigned(byte), tokens->size(), data.vocabulary.size()));
    }
    tokens->push_back(numbers[size_t(byte)]);
  }
  data.tokens = std::move(tokens);
  return data;
}

std::string hexOf(const std::string &vocabulary) {
  std::string text;
  for (char byte : vocabulary) {
    text += format("%02x", unsigned(uint8_t(byte)));
  }
  return text;
}

std::optional<std::string> vocabularyOf(const std::string &hex) {
  std::string vocabulary;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    int high = hexDigit(hex[i]), low = hexDigit(hex[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    vocabulary += char(high * 16 + low);
    size_t count = vocabulary.size();
    if (count > 1 &&
        uint8_t(vocabulary[count - 2]) >= uint8_t(vocabulary[count - 1])) {
      return std::nullopt;
    }
  }
  return hex.size() % 2 ? std::nullopt : std::optional(vocabulary);
}

} // namespace sft::rt
