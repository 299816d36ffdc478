//===- PlanFileTest.cpp - The file around the tables: P01-P05, P18-P21 ----===//
#include "test/Runtime/Plan/Expect.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace sft::rt::test {
namespace {

namespace fs = std::filesystem;
using Image = std::vector<std::byte>;

/// A folder that goes with the test.
class PlanFileTest : public ::testing::Test {
protected:
  PlanFileTest() {
    std::string pattern = fs::temp_directory_path() / "sft-plan-XXXXXX";
    folder = ::mkdtemp(pattern.data());
  }
  ~PlanFileTest() override { fs::remove_all(folder); }

  std::string write(const Image &bytes) {
    std::string path = folder / "test.plan";
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char *>(bytes.data()),
               std::streamsize(bytes.size()));
    return path;
  }
  Status load(const std::string &path) {
    return PlanFile::load(path).takeError();
  }

  fs::path folder;
  Image good = dataParallelPlan(2).finish();
};

PlanHeader &headerOf(Image &image) {
  return *reinterpret_cast<PlanHeader *>(image.data());
}

/// The image with one change and a hash that fits.
template <typename Change> Image sealed(Image image, Change change) {
  change(headerOf(image));
  sealPlan(image);
  return image;
}

TEST_F(PlanFileTest, LoadsWhatTheWriterMade) {
  auto file = PlanFile::load(write(good));
  ASSERT_TRUE(file) << file.status().toString();
  EXPECT_EQ((*file)->plan().model()->str(), "test");
  EXPECT_EQ((*file)->digest().size(), 32u);
  EXPECT_EQ((*file)->minorVersion(), kPlanMinor);
  EXPECT_EQ((*file)->plan().schema_hash(), kPlanSchemaHash);
}

TEST_F(PlanFileTest, BlobsStandWhereThePlanSays) {
  auto file = PlanFile::fromBytes(good);
  ASSERT_TRUE(file);
  std::span<const std::byte> blob = (*file)->blob(0);
  EXPECT_EQ(blob.size(), 100u);
  EXPECT_EQ(blob.front(), std::byte{0x90});
  EXPECT_EQ(blob.back(), std::byte{0x90});
}

TEST_F(PlanFileTest, SamePlanSameDigest) {
  EXPECT_EQ(good, dataParallelPlan(2).finish());
  EXPECT_NE(good, dataParallelPlan(3).finish());
}

TEST_F(PlanFileTest, MissingFileIsNoInput) {
  expectError(load(folder / "none.plan"), verify::CannotRead,
              {"none.plan", "No such file"}, Code::NoInput);
}

TEST_F(PlanFileTest, P01_TooShort) {
  for (size_t size : {0, 1, 63, 95}) {
    Image cut(good.begin(), good.begin() + int64_t(size));
    expectError(load(write(cut)), verify::TooShort, {"too short"});
    expectError(statusOf(cut), verify::TooShort, {"too short"});
  }
}

TEST_F(PlanFileTest, P01_NotARegularFile) {
  std::string fifo = folder / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  for (const std::string &path :
       {folder.string(), fifo, std::string("/dev/zero")}) {
    expectError(load(path), verify::NotRegular, {path, "not a regular file"});
  }
}

TEST_F(PlanFileTest, P02_WrongMagic) {
  Image image = good;
  headerOf(image).magic[0] = 'X';
  expectError(statusOf(image), verify::NotAPlan, {"not an sft plan"});
}

TEST_F(PlanFileTest, P02_OtherFlatBuffer) {
  Image image = good;
  image[headerOf(image).planOffset + 4] = std::byte{'X'};
  sealPlan(image);
  expectError(statusOf(image), verify::BadFlatBuffer, {"not an sft plan"});
}

TEST_F(PlanFileTest, P03_TruncatedAtEveryByte) {
  for (size_t size = 0; size < good.size(); ++size) {
    Status status = statusOf(Image(good.begin(), good.begin() + int64_t(size)));
    ASSERT_EQ(status.code(), Code::Data) << size;
    ASSERT_EQ(status.id(),
              size < sizeof(PlanHeader) ? verify::TooShort : verify::BadSize);
  }
}

TEST_F(PlanFileTest, P04_TrailingGarbage) {
  Image image = good;
  image.push_back(std::byte{0});
  expectError(statusOf(image), verify::BadSize, {"size in header"});
}

TEST_F(PlanFileTest, P05_EverySingleBitFlipped) {
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Image image = good;
    image[bit / 8] ^= std::byte(1 << (bit % 8));
    Status status = statusOf(std::move(image));
    ASSERT_EQ(status.code(), Code::Data) << "bit " << bit;
    bool inMagicOrSize = bit / 8 < 8 || (bit / 8 >= 40 && bit / 8 < 48);
    ASSERT_TRUE(inMagicOrSize || status.id() == verify::BadHash)
        << "bit " << bit << ": " << status.toString();
  }
}

TEST_F(PlanFileTest, P18_OtherMajorVersion) {
  for (uint16_t major : {0, 2}) {
    Image image = sealed(good, [&](PlanHeader &h) { h.major = major; });
    expectError(
        statusOf(image), verify::BadVersion,
        {format("%d.%d,", major, kPlanMinor), "0.1.0 test", "reads 1.x"},
        Code::Config);
  }
}

TEST_F(PlanFileTest, P18_UnknownFeature) {
  Image image = sealed(good, [](PlanHeader &h) { h.features = 4; });
  expectError(statusOf(image), verify::BadFeature, {"0x4", "0.1.0 test"},
              Code::Config);
}

TEST_F(PlanFileTest, NewerMinorVersionLoads) {
  Image image = sealed(good, [](PlanHeader &h) { h.minor = 9; });
  EXPECT_TRUE(statusOf(image).ok());
}

TEST_F(PlanFileTest, SectionsOutsideTheFile) {
  for (uint64_t offset : {uint64_t(0), uint64_t(8), uint64_t(129),
                          uint64_t(1) << 40, ~uint64_t(0)}) {
    Image image = sealed(good, [&](PlanHeader &h) { h.planOffset = offset; });
    EXPECT_EQ(statusOf(image).code(), Code::Data) << offset;
  }
}

TEST_F(PlanFileTest, P19_SharedTables) {
  // 20 000 calls of one function table with 20 000 times one instruction.
  flatbuffers::FlatBufferBuilder builder;
  auto text = builder.CreateString("x");
  auto op = fb::CreateFill(builder);
  auto one = fb::CreateInstruction(builder, fb::Operation::Fill, op.Union());
  auto function = fb::CreateFunction(
      builder, text, builder.CreateVector(std::vector(20000, one)));
  auto functions = builder.CreateVector(std::vector(20000, function));
  auto none = [&]<typename T>() {
    return builder.CreateVector(std::vector<flatbuffers::Offset<T>>{});
  };
  auto program = fb::CreateProgram(
      builder, text, 0, none.operator()<fb::Buffer>(), functions,
      none.operator()<fb::Entry>(), none.operator()<fb::Input>(),
      none.operator()<fb::ModelOutput>(), none.operator()<fb::RuntimeScalar>(),
      none.operator()<fb::Kernel>());
  auto programs = builder.CreateVector(std::vector(1, program));
  auto mesh = fb::CreateMesh(builder, none.operator()<fb::Axis>());
  auto ranks = builder.CreateVector(std::vector<uint32_t>{0});
  fb::FinishPlanBuffer(
      builder, fb::CreatePlan(builder, text, text, 0, fb::Target::Cpu, text, 0,
                              8, mesh, none.operator()<fb::Group>(), ranks,
                              programs, none.operator()<fb::Location>(),
                              none.operator()<fb::Blob>()));
  auto bytes =
      std::as_bytes(std::span(builder.GetBufferPointer(), builder.GetSize()));
  expectError(statusOf(assemblePlan(bytes, {}, "bomb")), verify::BadFlatBuffer,
              {"malformed"});
}

TEST_F(PlanFileTest, P20_LargerThanTwoGiB) {
  std::string path = write(good);
  fs::resize_file(path, uint64_t(3) << 30); // sparse
  expectError(load(path), verify::BadSize, {"more than a plan may have"});
  Image image =
      sealed(good, [](PlanHeader &h) { h.planBytes = uint64_t(1) << 31; });
  expectError(statusOf(image), verify::BadSize, {"sections"});
}

TEST_F(PlanFileTest, P21_MisalignedVector) {
  Image image = good;
  const fb::Plan *plan = fb::GetPlan(image.data() + headerOf(image).planOffset);
  const fb::Buffer *x = plan->programs()->Get(0)->buffers()->Get(2);
  auto *table =
      reinterpret_cast<flatbuffers::Table *>(const_cast<fb::Buffer *>(x));
  // Four bytes on, the first extent (8) is the vector's length.
  uint8_t *field = table->GetAddressOf(fb::Buffer::VT_SHAPE);
  auto shift = flatbuffers::ReadScalar<uint32_t>(field) + 4;
  flatbuffers::WriteScalar(field, shift);
  sealPlan(image);
  expectError(statusOf(image), verify::BadFlatBuffer, {"misaligned"});
}

TEST_F(PlanFileTest, P21_OddBase) {
  // The loader keeps its own copy: where the caller's bytes stood is no matter.
  Image shifted(good.size() + 1);
  std::ranges::copy(good, shifted.begin() + 1);
  EXPECT_TRUE(statusOf(Image(shifted.begin() + 1, shifted.end())).ok());
}

} // namespace
} // namespace sft::rt::test
